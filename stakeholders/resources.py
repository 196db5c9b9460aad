"""What exports say of an actor."""

from roma_network.exports import Table, slug_of, sources


class ActorTable(Table):
    name = "actors"
    columns = (
        "slug",
        "name",
        "acronym",
        "native_name",
        "native_language",
        "other_names",
        "type",
        "part_of",
        "country",
        "locality",
        "latitude",
        "longitude",
        "website",
        "email",
        "founded",
        "closed",
        "summary",
        "themes",
        "initiatives",
        "wikidata",
        "ror",
        "transparency_register",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, actor):
        return {
            "other_names": [other.name for other in actor.names.all()],
            "part_of": slug_of(actor.parent),
            "country": actor.country_id,
            "themes": [theme.slug for theme in actor.themes.all()],
            "initiatives": [
                {"initiative": participation.initiative.slug, "role": participation.role}
                for participation in actor.participations.all()
            ],
            "sources": sources(actor),
        }


actor_table = ActorTable()
