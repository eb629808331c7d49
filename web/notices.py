"""The plain pages: what happened, what it means, and the way on. One entry each."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from web.answers import Notice, page
from web.speaking import speech_for


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Marks a text for translation where it stands; it is translated when the page is made."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """A page's title, what it says, and the way on. `good` colours it."""

    title: str
    says: str
    way_on: str
    good: bool = False


_ASK_FOR_A_NEW_LINK = N_("Please ask our support team for a new link.")
_START_AGAIN = N_("Please start again; it takes about two minutes.")

NOTICES = {
    "tampered": Words(
        N_("This link does not work"),
        N_("It is incomplete, or it was not made by us. Copy the whole link from our message."),
        _ASK_FOR_A_NEW_LINK,
    ),
    "too_old": Words(
        N_("This link is too old"),
        N_("Renew links work for 45 days."),
        _ASK_FOR_A_NEW_LINK,
    ),
    "paused": Words(
        N_("This connection is paused"),
        N_("It is switched off on our side, so there is nothing to renew."),
        N_("Please contact our support team if you want to use it again."),
    ),
    "other_application": Words(
        N_("This connection belongs to another application"),
        N_("It was not made with %(ours)s, so it cannot be renewed here."),
        N_("Please contact our support team; you need not try again."),
    ),
    "elsewhere": Words(
        N_("Connections are not renewed here"),
        N_("Renewing is done in the software that connects your shop with Amazon."),
        _ASK_FOR_A_NEW_LINK,
    ),
    "renewed": Words(
        N_("Already renewed"),
        N_("This connection with Amazon was renewed. It is now valid until %(until)s."),
        N_("You do not have to do anything. You may close this window."),
        good=True,
    ),
    "no_central": Words(
        N_("We cannot open Amazon for this region yet"),
        N_("No address of Amazon is known to us for the marketplace “%(marketplace)s”."),
        N_("Please contact our support team; you need not try again."),
    ),
    "unknown_seller": Words(
        N_("We do not know this Amazon account"),
        N_("No shop that is connected through us uses the Amazon account that you came with."),
        N_(
            "Sign in at Amazon with the account that you use with us, or open the renew link "
            "from our message."
        ),
    ),
    "not_from_amazon": Words(
        N_("This page was not opened by Amazon"),
        N_("It only works when you come from Manage Your Apps in Seller Central."),
        N_("Open the renew link from our message, or begin again in Seller Central."),
    ),
    "too_many": Words(
        N_("Too many visits at once"),
        N_("This page was asked for more often than any renewal needs."),
        N_("Wait a minute, then reload this page. Nothing has been changed."),
    ),
    "away": Words(
        N_("Please try again in a moment"),
        N_("Our database does not answer right now. Nothing has been changed."),
        N_("Reload this page in a minute."),
    ),
    "broken": Words(
        N_("Something went wrong on our side"),
        N_("We have been told. Nothing has been changed on your account."),
        N_("Please try again later, or contact our support team."),
    ),
}

OUTCOMES = {
    "connected": Words(
        N_("The connection has been established"),
        N_("Your Amazon connection is valid until %(until)s."),
        N_(
            "Prices, stock and orders are exchanged again by themselves; catching up may take a "
            "while. You may close this window."
        ),
        good=True,
    ),
    "cancelled": Words(
        N_("Nothing was changed"),
        N_("You cancelled at Amazon."),
        N_("You can start again whenever you like."),
    ),
    "unreadable": Words(
        N_("We could not read what Amazon sent"),
        N_("The address of this page was incomplete. Nothing has been changed."),
        N_("Please open the renew link from our message again."),
    ),
    "state_unknown": Words(
        N_("We do not recognise this renewal"),
        N_("It was not begun with us, or long ago. Nothing has been changed."),
        N_("Please open the renew link from our message again."),
    ),
    "state_used": Words(
        N_("This page was already used"),
        N_("Each renewal can be completed only once. Nothing has been changed by this visit."),
        _START_AGAIN,
    ),
    "state_too_old": Words(
        N_("That took too long"),
        N_("A renewal has to be finished within 10 minutes. Nothing has been changed."),
        _START_AGAIN,
    ),
    "other_browser": Words(
        N_("Please use one browser for the whole renewal"),
        N_("It was begun in another browser or window. Nothing has been changed."),
        N_("Please open the renew link from our message again, and stay in one window."),
    ),
    "wrong_seller": Words(
        N_("That was a different Amazon account"),
        N_(
            "You were signed in at Amazon as %(stranger)s, but this shop is connected with "
            "%(expected)s. Nothing has been changed."
        ),
        N_(
            "Sign out of Amazon everywhere, or use a private window. Then start again and sign "
            "in with the account %(expected)s; if your login has several, choose it first."
        ),
    ),
    "wrong_region": Words(
        N_("That was a different region"),
        N_(
            "Your permission was given for another region than %(region)s. "
            "This connection has not been changed."
        ),
        N_("Start again, and choose a shop in %(region)s at Amazon."),
    ),
    "code_used": Words(
        N_("Amazon’s answer was already used"),
        N_("Each answer counts only once. Nothing has been changed."),
        _START_AGAIN,
    ),
    "code_too_late": Words(
        N_("Amazon’s answer was no longer valid"),
        N_("It counts for five minutes and only once. Nothing has been changed."),
        _START_AGAIN,
    ),
    "amazon_silent": Words(
        N_("Amazon does not answer right now"),
        N_("Your permission could not be completed. Nothing has been changed."),
        N_("Please start again in a few minutes."),
    ),
    "our_side": Words(
        N_("This is our mistake, not yours"),
        N_("Amazon does not accept our application right now. Nothing has been changed."),
        N_("We are working on it. Please start again later today."),
    ),
    "interrupted": Words(
        N_("The renewal was interrupted"),
        N_(
            "You gave your permission at Amazon, but it could not be completed here. On our side "
            "nothing has been changed."
        ),
        N_("Please open the renew link from our message again."),
    ),
    "in_progress": Words(
        N_("Still working"),
        N_("Your renewal is just being completed."),
        N_("Please wait: this page loads itself again until it is done."),
    ),
}


def notice_page(request: Request, notice: Notice) -> Response:
    """A notice as a page; it never needs the database."""
    return page(
        "notice.html",
        notice.speech or speech_for(request),
        notice.status,
        words=NOTICES[notice.name],
        values=notice.values,
        again="",
    )
