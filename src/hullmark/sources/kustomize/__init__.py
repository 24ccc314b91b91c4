"""Kustomizations: built with the user's own kustomize, every value traced to the line that set it."""

from hullmark.sources.kustomize.fragments import REASON as REASON
from hullmark.sources.kustomize.fragments import build_hint as build_hint
from hullmark.sources.kustomize.fragments import fragments as fragments
