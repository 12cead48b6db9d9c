"""What `@odata.context` says of a body, and what of it is selected."""

import pytest

from mdm_sim.graph.annotations.contexts import Place, choices, meaning
from mdm_sim.graph.edm.model import Shape, model

ROOT = "https://graph.example/beta/$metadata"
POLICIES = "deviceManagement/configurationPolicies"
SETTINGS = f"{POLICIES}('a')/settings"
POLICY, SETTING = "deviceManagementConfigurationPolicy", "deviceManagementConfigurationSetting"


@pytest.mark.parametrize(
    ("context", "kind", "is_many", "url", "chosen"),
    [
        (POLICIES,                              POLICY,  True,  POLICIES, ""),
        (f"{POLICIES}/$entity",                 POLICY,  False, POLICIES, ""),
        (f"{POLICIES}(name,settings(id))/$entity", POLICY, False, POLICIES, "name,settings(id)"),
        (SETTINGS,                              SETTING, True,  SETTINGS, ""),
        (f"{SETTINGS}(id)",                     SETTING, True,  SETTINGS, "id"),
        (f"{POLICIES}('a')",                    POLICY,  False, f"{POLICIES}('a')", ""),
        ("deviceManagement/$entity", "deviceManagement", False, "deviceManagement", ""),
        ("Collection(microsoft.graph.deviceConfigurationAssignment)",
         "deviceConfigurationAssignment",                True,  None, ""),
        ("microsoft.graph.settingSource",       "settingSource", False, None, ""),
    ],
)  # fmt: skip
def test_a_context_tells_the_type_and_the_place(context, kind, is_many, url, chosen):
    found = meaning(model("beta"), f"{ROOT}#{context}")
    assert found.shape == Shape(kind, is_many)
    assert found.is_wrapped == is_many
    assert (found.place.url, found.chosen) == (url, chosen)


@pytest.mark.parametrize(
    ("member", "shape", "is_wrapped"),
    [
        ("name",              Shape("String", is_nullable=True), True),
        ("roleScopeTagIds",   Shape("String", is_collection=True), True),
        ("templateReference/templateFamily",
         Shape("deviceManagementConfigurationTemplateFamily"), True),
        ("templateReference", Shape("deviceManagementConfigurationPolicyTemplateReference"), False),
    ],
)  # fmt: skip
def test_a_context_of_a_property_tells_its_shape(member, shape, is_wrapped):
    found = meaning(model("beta"), f"{ROOT}#{POLICIES}('a')/{member}")
    assert (found.shape.kind, found.shape.is_collection) == (shape.kind, shape.is_collection)
    assert (found.is_wrapped, found.is_property, found.place) == (is_wrapped, True, Place())


@pytest.mark.parametrize(
    "context",
    ["", ROOT, f"{ROOT}#", f"{ROOT}#$ref", f"{ROOT}#Collection($ref)", f"{ROOT}#Edm.Null",
     f"{ROOT}#Collection(Edm.String)", f"{ROOT}#nothing", f"{ROOT}#users/nothing/nothing", ")("],
)  # fmt: skip
def test_a_context_of_no_type_of_the_model_tells_nothing(context):
    assert meaning(model("beta"), context) is None


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ("",                    {}),
        ("id",                  {"id": None}),
        ("a,b()",               {"a": None, "b": ""}),
        ("b(c,d(e)),microsoft.graph.x/f", {"b": "c,d(e)", "microsoft.graph.x/f": None}),
    ],
)  # fmt: skip
def test_what_is_chosen_is_told_from_what_is_expanded(chosen, expected):
    assert choices(chosen) == expected


def test_a_body_that_is_not_what_its_context_says_is_left_alone():
    many = meaning(model("beta"), f"{ROOT}#{POLICIES}")
    one = meaning(model("beta"), f"{ROOT}#{POLICIES}/$entity")
    assert [many.fits(body) for body in ({"value": []}, {"value": "x"}, {})] == [True, False, False]
    assert one.fits({})
