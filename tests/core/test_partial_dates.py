import pytest
from django.core.exceptions import ValidationError

from initiatives.models import Initiative
from roma_network.core.partial_dates import validate_partial_date
from tests.factories import InitiativeFactory


@pytest.mark.parametrize("value", ["2011", "2011-04", "2011-04-05", "2012-02-29", "0999"])
def test_a_year_a_month_or_a_day_is_a_partial_date(value):
    validate_partial_date(value)


@pytest.mark.parametrize(
    "value",
    [
        "11",
        "2011-4",
        "2011-13",
        "2011-04-31",
        "2011-02-29",
        "2011-04-05T10:00",
        "5 April 2011",
        "٢٠١١",
        "2011\n",
    ],
)
def test_anything_else_is_refused_with_the_forms_that_are_not(value):
    with pytest.raises(ValidationError, match=r"Write 2011, 2011-04 or 2011-04-05\."):
        validate_partial_date(value)


@pytest.mark.django_db
def test_partial_dates_sort_by_time_with_the_vaguer_first():
    for start in ("2011-04-05", "2011", "2012-01", "", "2011-04", "2010-12-31"):
        InitiativeFactory(start=start)
    starts = Initiative.objects.order_by("start").values_list("start", flat=True)
    assert list(starts) == ["", "2010-12-31", "2011", "2011-04", "2011-04-05", "2012-01"]


@pytest.mark.django_db
def test_a_partial_date_compares_with_a_year():
    for start in ("2010-12-31", "2011", "2011-12-31", "2012"):
        InitiativeFactory(start=start)
    before = Initiative.objects.filter(start__lt="2012").order_by("start").values_list("start", flat=True)
    assert list(before) == ["2010-12-31", "2011", "2011-12-31"]
