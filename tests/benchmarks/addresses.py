"""Filtered pages that a reader may ask for: every one finds something, and no two are the same."""

from random import Random

from django.utils.http import urlencode

from stakeholders.models import Actor

WORDS = [
    "roma",
    "education",
    "ministry",
    "foundation",
    "mediators",
    "housing",
    "women union",
    "european network",
]


def filtered(number, seed=1):
    """So many distinct addresses of the list of actors, each with one to four filters taken from one actor."""
    chance = Random(seed)  # noqa: S311 (nothing here is secret)
    actors = Actor.objects.published().exclude(participations=None).order_by("pk")
    keys = list(actors.values_list("pk", flat=True))
    found = {}
    while len(found) < number:
        actor = Actor.objects.select_related("country").get(pk=chance.choice(keys))
        offered = facts(actor, chance)
        names = chance.sample(list(offered), chance.randint(1, min(4, len(offered))))
        found[f"/actors/?{urlencode([(name, offered[name]) for name in names])}"] = None
    return list(found)


def facts(actor, chance):
    """What one may filter by to find the actor: name of the parameter → value."""
    offered = {"type": actor.type}
    words = [word for word in actor.search_text.split() if len(word) > 3]
    offered["q"] = chance.choice(words) if chance.random() < 0.7 else chance.choice(WORDS)
    if actor.country:
        offered["country"] = actor.country_id
    if themes := list(actor.themes.order_by("slug")):
        offered["theme"] = chance.choice(themes).slug
    participations = actor.participations.public().select_related("initiative").order_by("pk")
    if found := list(participations):
        participation = chance.choice(found)
        offered["role"] = participation.role
        offered["initiative"] = participation.initiative.slug
    return offered
