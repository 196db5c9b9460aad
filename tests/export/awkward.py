"""Values that file formats trip over, in an otherwise small directory. They come in as curators type them."""

from tests import factories

NAMES = {
    "formula": "=1+1",
    "minus": "-2 and @SUM(A1)",
    "vertical-tab": "Tab\x0bbed",
    "no-character": "Ends\uffff",
    "right-to-left": "Turns \u202eround",
    "decomposed": "Цыганский и\u0306",
    "escape": "_x0041_ is no A",
    "wide": "W" * 200,
    "quotes": "“Ro\"m'a” \\ <b>&amp;</b>",
    "semicolon": "One; two, three",
    "digits": "00123",
    "emoji": "Bodies 🙂 𝄞",
    "spaces": "  at both ends\u00a0",
}
SUMMARY = 'First line, "quoted".\nSecond; line\twith a tab.\r\nThird.'


def awkward():
    """An actor for each value, tied to one initiative and to one another: slug → actor."""
    country, theme = factories.CountryFactory(code="RO"), factories.ThemeFactory(slug="housing")
    programme = factories.InitiativeFactory(
        slug="programme", name="=2+2", start="2010", end="2040-05", themes=[theme], countries=[country]
    )
    factories.FundingFactory(initiative=programme, amount=None, note="None is told; of it")
    found = {}
    for number, (slug, name) in enumerate(NAMES.items()):
        actor = factories.ActorFactory(
            slug=slug,
            name=name,
            summary=SUMMARY if number % 2 else "",
            country=country if number % 2 else None,
            themes=[theme],
            website="https://bücher.example/é?a=1&b=|2" if number % 2 else "",
            latitude=45.5 if number % 2 else None,
            longitude=-20.25 if number % 2 else None,
            founded=("1996", "1996-05", "1996-05-02", "")[number % 4],
            verified_on="2026-01-02" if number % 2 else None,
            native_name="Орган й" if number % 3 else "",
            native_language="ru" if number % 3 else "",
        )
        factories.ActorNameFactory(actor=actor, name=f"Also; {name}"[:200], language="ro", kind="former")
        factories.ActorCitationFactory(subject=actor, facts=["name", "website"], note="By its board; 2020")
        tie = factories.ParticipationFactory(
            actor=actor, initiative=programme, role="lead", start="2011", note="Chairs; it"
        )
        factories.ParticipationCitationFactory(subject=tie, facts=["role"])
        if others := list(found.values()):
            tie = factories.RelationFactory(subject=others[-1], target=actor, kind="funds", note="A grant")
            factories.RelationCitationFactory(subject=tie, facts=["kind"])
        found[slug] = actor
    factories.DocumentFactory(slug="report", title='A "report"; of 2020', actors=list(found.values())[:2])
    return found
