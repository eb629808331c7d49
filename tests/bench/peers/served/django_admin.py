"""The Django admin over the accounts, as its tutorial has it: `django_admin.py FILE PORT`.

Nobody signs in: everybody is the administrator. The peers' Python runs it.
"""

import sys
from collections.abc import Callable
from datetime import timedelta

import django
from django.apps import AppConfig
from django.conf import settings
from django.http import HttpRequest, HttpResponse


class Accounts(AppConfig):
    """The one application."""

    name, label, path = __name__, "accounts", "."


def administrator(answer: Callable) -> Callable:
    """Middleware: whoever asks is the administrator."""

    def ask(request: HttpRequest) -> HttpResponse:
        request.user = User(pk=1, username="agent", is_staff=True, is_superuser=True)
        return answer(request)

    return ask


DATABASE, PORT = sys.argv[1:]
settings.configure(
    SECRET_KEY="not one",
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    STATIC_URL="/static/",
    USE_TZ=True,
    TIME_ZONE="UTC",
    MESSAGE_STORAGE="django.contrib.messages.storage.cookie.CookieStorage",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": f"file:{DATABASE}?mode=ro",
        }
    },
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "django.contrib.staticfiles",
        f"{__name__}.Accounts",
    ],
    MIDDLEWARE=[
        "django.middleware.gzip.GZipMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        f"{__name__}.administrator",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
)
django.setup()

from django.contrib import admin  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.timezone import now  # noqa: E402
from waitress import serve  # noqa: E402


class Authorization(models.Model):
    """What the list shows of an account."""

    seller_name = models.TextField()
    region = models.CharField(max_length=2)
    marketplaces = models.CharField(max_length=200)
    plan = models.CharField(max_length=20)
    paused = models.BooleanField()
    refused_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "authorization"


class Expires(admin.SimpleListFilter):
    """Within 30 days."""

    title, parameter_name = "expiry", "within"

    def lookups(self, *_: object) -> list[tuple[str, str]]:
        """The one choice."""
        return [("30", "Within 30 days")]

    def queryset(self, _request: HttpRequest, found: models.QuerySet) -> models.QuerySet:
        """The accounts chosen."""
        if not self.value():
            return found
        soon = now() + timedelta(days=int(self.value()))
        return found.filter(expires_at__gt=now(), expires_at__lt=soon)


@admin.register(Authorization)
class AuthorizationAdmin(admin.ModelAdmin):
    """The list."""

    list_display = tuple(field.name for field in Authorization._meta.fields[1:])
    list_filter = (Expires, "region", "plan", "paused")
    search_fields = ("seller_name",)
    list_per_page = 50
    ordering = ("id",)


urlpatterns = [path("admin/", admin.site.urls)]
serve(StaticFilesHandler(get_wsgi_application()), host="127.0.0.1", port=int(PORT), threads=8)
