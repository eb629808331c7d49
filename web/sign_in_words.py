"""What the pages beside the screens say, in the languages of the team."""

from pathlib import Path

from starlette.requests import Request

from data_access.settings import settings
from data_access.texts import first_spoken, translations

LOCALE = Path(__file__).parent / "team_locale"
FAILURES = ("denied", "away", "setup", "stale", "database", "still_in", "failed")


def language_of(request: Request) -> str:
    """The first language that the browser asks for and we speak, else that of the settings."""
    accepted = request.headers.get("accept-language", "")
    return first_spoken(accepted, LOCALE) or settings().language


class SignInWords:
    """Speaks `language`; English where it is not spoken."""

    def __init__(self, language: str) -> None:
        texts = translations(LOCALE, language)
        self._tell, self.language = texts.gettext, texts.language

    def __getitem__(self, name: str) -> str:
        """A sentence or a label of the pages by its name in the templates."""
        tell = self._tell
        return {
            "purpose": tell(
                "For the support team: which sellers' Amazon authorizations lapse when, and "
                "getting them renewed."
            ),
            "title": tell("Sign in"),
            "leads_to": tell("Takes you to {provider} and back here."),
            "left": tell("You are signed out."),
            "left_more": tell("You may still be signed in at your company's sign-in page."),
            "ended": tell("Your session has ended."),
            "ended_more": tell("Sign in, and you are back where you wanted to go."),
            "no_role": tell("You are signed in, but have no role here"),
            "nothing": tell("Without a role the desk shows nothing."),
            "ask": tell("Ask {contact} to give you one, then open the desk again."),
            "ask_somebody": tell(
                "Ask whoever runs the desk to give you one, then open the desk again."
            ),
            "try_again": tell("Open the desk again"),
            "nowhere": tell("There is no page at this address"),
            "nowhere_more": tell("It is mistyped, or not complete."),
            "to_accounts": tell("To the accounts"),
            "sign_out": tell("Sign out"),
            "demo": tell("Demo"),
        }[name]

    def failure(self, name: str) -> tuple[str, str]:
        """Why signing in or out failed, and what to do."""
        tell = self._tell
        return {
            "denied": (
                tell("You were not signed in."),
                tell("The sign-in was cancelled or your company refused it. You can try again."),
            ),
            "away": (
                tell("The sign-in page of your company does not answer."),
                tell("Nothing is wrong with your account. Try again in a minute."),
            ),
            "setup": (
                tell("Your company's sign-in page does not accept the desk."),
                tell("Whoever runs the desk has to correct its registration there."),
            ),
            "stale": (
                tell("That sign-in can no longer be used."),
                tell("It was left open too long, or opened twice. Begin again."),
            ),
            "database": (
                tell("The token database does not answer, so nobody can be signed in."),
                tell("Nothing is lost. Try again in a minute."),
            ),
            "still_in": (
                tell("You are still signed in: the token database does not answer."),
                tell("Open the desk again in a minute and sign out there."),
            ),
            "failed": (
                tell("Your company's sign-in page answered something that we cannot use."),
                tell("Try again; if it stays so, tell whoever runs the desk."),
            ),
        }[name]
