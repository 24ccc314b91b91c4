"""Where configuration comes from: everything that reads files or networks lives here."""

from hullmark.sources.reading import Reading as Reading
from hullmark.sources.reading import read as read
