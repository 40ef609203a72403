"""The application that granian serves: ``granian --interface wsgi egide.doors.wsgi:application``."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "egide.settings")
application = get_wsgi_application()
