"""Helm charts, rendered by the user's own helm and traced back to values and templates."""

from hullmark.sources.helm.command import HelmOptions as HelmOptions
from hullmark.sources.helm.rendering import NO_HELM as NO_HELM
from hullmark.sources.helm.rendering import NO_HELM_HINT as NO_HELM_HINT
from hullmark.sources.helm.rendering import render as render
