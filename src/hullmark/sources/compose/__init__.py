"""Compose files: the service model of the Compose specification, read without Docker."""

from hullmark.sources.compose.projects import Project as Project
from hullmark.sources.compose.projects import projects as projects
from hullmark.sources.compose.reader import read_project as read_project
from hullmark.sources.compose.shape import is_compose as is_compose
