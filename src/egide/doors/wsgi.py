"""The application that the server runs: Django, ready to answer its first page as fast as the next ones."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "egide.settings")
application = get_wsgi_application()

from egide.doors.warming import end_with_the_server, warm_up  # noqa: E402 - Django must be ready

end_with_the_server()
# The server listens to nobody on this process before the module is loaded.
warm_up()
