"""Which row each line of a file is: by its slug, by an answer of a curator, or by one that is made of its name."""

from itertools import count

from roma_network.core import folding
from roma_network.core.batches import batches
from roma_network.editorial.importing import plain_forms
from roma_network.editorial.importing.cells import LinkColumn

TELLING = ("country", "type", "kind", "date")  # columns that together with its name tell an entry from others
THIS = "this:"  # before a slug, in the answer that a line is of this entry


def telling(table):
    """The columns that say which row a line is, or what a slug is made of."""
    links = [name for name, column in table.columns.items() if isinstance(column, LinkColumn)]
    return {"slug", table.label, *TELLING, "start", *links} & table.columns.keys()


class Slugs:
    """Of the lines of a file, in their order. What is there already under the same name keeps its slug."""

    def __init__(self, table, reader):
        self.table, self.reader = table, reader
        self.taken = set(table.model.objects.values_list("slug", flat=True))
        self.own = {}  # slug → the first line of the file that has it
        self.telling = [name for name in TELLING if name in table.columns]

    def of(self, lines, answers):
        """Line → slug, of those whose cells do not say it."""
        texts = {line: self.reader.texts(cells) for line, cells in lines}
        held = self.held([each for each in texts.values() if not each.get("slug")])
        found = {}
        for line, said in texts.items():
            given, answer = said.get("slug", ""), answers.get(str(line), "")
            if answer.startswith(THIS):
                slug = answer.removeprefix(THIS)
            elif answer == "new" and not (given and self.is_free(given)):
                is_anothers = not given or given in self.own
                slug = self.free((is_anothers and self.base(said)) or given, said)
            else:
                slug = given or held.get(self.identity(said)) or self.free(self.base(said), said)
            self.own.setdefault(slug, line)
            if slug != given:
                found[str(line)] = slug
        return found

    def identity(self, said):
        return (folding.fold(said.get(self.table.label, "")), *(said.get(name, "") for name in self.telling))

    def held(self, wanted):
        """Identity → slug of the one entry that has it: its name, and what else tells it from others."""
        if not (self.table.label and wanted):
            return {}
        found = {}
        names = {self.identity(said)[0] for said in wanted} - {""}
        attnames = [self.table.columns[name].field.attname for name in self.telling]
        for batch in batches(names):
            rows = self.table.model.objects.filter(sort_name__in=batch)
            for slug, name, *rest in rows.values_list("slug", "sort_name", *attnames):
                key = (name, *("" if value is None else value for value in rest))
                found[key] = "" if key in found else slug
        return found

    def base(self, said):
        if self.table.label:
            return plain_forms.slug(said.get(self.table.label, ""))
        ends = [said.get(c.name, "") for c in self.table.columns.values() if isinstance(c, LinkColumn)]
        return plain_forms.slug(" ".join(filter(None, [*ends[:1], said.get("start", "")[:4]])))

    def free(self, base, said):
        """The base, or what tells it from others: a country, a number."""
        if not base:
            return ""
        country = said.get("country", "").lower()
        ends = [country] if len(country) == 2 else []
        variants = [base, *(with_end(base, end) for end in ends)]
        numbered = (with_end(base, "-".join([*ends, str(number)])) for number in count(2))
        slug = next((each for each in variants if self.is_free(each)), None)
        return slug or next(filter(self.is_free, numbered))

    def is_free(self, slug):
        return slug not in self.taken and slug not in self.own


def with_end(base, end):
    """What tells a slug from others, behind as much of it as there is room for."""
    return f"{base[: plain_forms.LONGEST_SLUG - len(f'-{end}')].rstrip('-')}-{end}"
