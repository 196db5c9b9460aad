"""What exports say of initiatives and documents."""

from roma_network.exports import Table, slug_of, sources


class InitiativeTable(Table):
    name = "initiatives"
    columns = (
        "slug",
        "name",
        "acronym",
        "kind",
        "summary",
        "start",
        "end",
        "website",
        "themes",
        "countries",
        "part_of",
        "follows",
        "funding",
        "participants",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, initiative):
        return {
            "themes": [theme.slug for theme in initiative.themes.all()],
            "countries": [country.code for country in initiative.countries.all()],
            "part_of": slug_of(initiative.parent),
            "follows": slug_of(initiative.follows),
            "funding": [
                {"programme": funding.programme, "amount_eur": funding.amount_eur, "note": funding.note}
                for funding in initiative.funding.all()
            ],
            "participants": [
                {"actor": participation.actor.slug, "role": participation.role}
                for participation in initiative.participations.all()
            ],
            "sources": sources(initiative),
        }


class DocumentTable(Table):
    name = "documents"
    columns = (
        "slug",
        "title",
        "kind",
        "date",
        "url",
        "format",
        "size",
        "language",
        "publisher",
        "actors",
        "initiatives",
        "verified_on",
        "updated_at",
        "sources",
    )

    def special(self, document):
        return {
            "publisher": slug_of(document.publisher),
            "actors": [actor.slug for actor in document.actors.all()],
            "initiatives": [initiative.slug for initiative in document.initiatives.all()],
            "sources": sources(document),
        }


initiative_table = InitiativeTable()
document_table = DocumentTable()
