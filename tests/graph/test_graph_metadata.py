"""`$metadata` of both versions held against the type model, and the document at the root."""

import base64
import gzip
from xml.etree import ElementTree as ET

import pytest

from mdm_sim import tenant
from mdm_sim.app import create_app
from mdm_sim.graph.edm.model import model
from mdm_sim.settings import Settings

VERSIONS = ("v1.0", "beta")
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
XML = "application/xml"


@pytest.fixture(scope="module")
def reader(prepared, tmp_path_factory):
    """A service for tests that only read from it."""
    url = prepared.copy(tmp_path_factory.mktemp("reader"))
    app = create_app(Settings(url))
    yield app.test_client()
    app.extensions["mdm_sim"].store.close()


@pytest.fixture(scope="module", params=VERSIONS)
def described(request, reader):
    """A version's model, and the schema that its `$metadata` tell."""
    text = reader.get(f"/{request.param}/$metadata").data
    edmx = "{http://docs.oasis-open.org/odata/ns/edmx}"
    document = ET.fromstring(text)  # noqa: S314 - the service's own
    assert (document.tag, document.attrib) == (f"{edmx}Edmx", {"Version": "4.0"})
    schema = document.find(f"{edmx}DataServices/{EDM}Schema")
    assert schema.attrib == {"Namespace": "microsoft.graph", "Alias": "graph"}
    return model(request.param), schema


def own(schema, *tags):
    """What the schema tells of some kinds, by name."""
    found = [each for tag in tags for each in schema.iter(f"{EDM}{tag}")]
    return {each.get("Name"): each for each in found}


def spelled(shape, *, with_null=True):
    """A type and whether it may be null, as the document has them."""
    name = f"Edm.{shape.kind}" if shape.kind[0].isupper() else f"graph.{shape.kind}"
    told = f"Collection({name})" if shape.is_collection else name
    return (told, None if shape.is_nullable else "false") if with_null else told


def test_every_type_that_is_named_is_there(described):
    _, schema = described
    declared = own(schema, "EntityType", "ComplexType", "EnumType")
    for each in schema.iter():
        for attribute in ("Type", "BaseType", "EntityType"):
            name = each.get(attribute, "Edm.").removeprefix("Collection(").removesuffix(")")
            assert name.startswith("Edm.") or name.removeprefix("graph.") in declared, each.attrib


def test_types_are_the_models_and_no_others(described):
    known, schema = described
    told = own(schema, "EntityType", "ComplexType")
    assert sorted(told) == sorted(known.types)
    for name, kind in known.types.items():
        each = told[name]
        assert each.tag == f"{EDM}{'EntityType' if kind.is_entity else 'ComplexType'}"
        assert each.get("BaseType") == (f"graph.{kind.base.name}" if kind.base else None)
        assert each.get("Abstract") == ("true" if kind.is_abstract else None)
        inherited = kind.base.properties if kind.base else ()
        has_key = kind.is_entity and "id" in kind.properties and "id" not in inherited
        keys = [key.get("Name") for key in each.iter(f"{EDM}PropertyRef")]
        assert keys == (["id"] if has_key else [])


def test_members_of_types_are_the_models_and_no_others(described):
    known, schema = described
    told = own(schema, "EntityType", "ComplexType")
    for name, kind in known.types.items():
        properties, ways = {}, {}
        for base in kind.lineage:
            for each in told[base].findall(f"{EDM}Property"):
                assert each.get("Name") not in properties
                properties[each.get("Name")] = (each.get("Type"), each.get("Nullable"))
            for each in told[base].findall(f"{EDM}NavigationProperty"):
                ways[each.get("Name")] = (each.get("Type"), each.get("ContainsTarget"))
        assert properties == {n: spelled(shape) for n, shape in kind.properties.items()}, name
        assert {n: contained == "true" for n, (_, contained) in ways.items()} == {
            n: way.is_contained for n, way in kind.navigations.items()
        }


def test_enumerations_are_the_models_and_flags_can_be_combined(described):
    known, schema = described
    told = own(schema, "EnumType")
    assert list(told) == list(known.enums())
    for name, each in told.items():
        members = {one.get("Name"): one.get("Value") for one in each}
        assert tuple(members) == known.members(name)
        assert (each.get("IsFlags") == "true") == known.is_flags(name)
        if known.is_flags(name):
            numbers = [int(value) for value in members.values()]
            assert len(set(numbers)) == len(numbers)
            assert all(number & (number - 1) == 0 for number in numbers)


def test_operations_are_the_models_each_with_what_it_is_bound_to_first(described):
    known, schema = described
    told = []
    for each in [*schema.iter(f"{EDM}Action"), *schema.iter(f"{EDM}Function")]:
        parameters = [(one.get("Name"), one.get("Type")) for one in each.iter(f"{EDM}Parameter")]
        returns = each.find(f"{EDM}ReturnType")
        told.append((each.tag == f"{EDM}Action", each.get("Name"), each.get("IsBound"), parameters,
                     None if returns is None else returns.get("Type")))  # fmt: skip
    expected = [
        (each.is_action, each.name, "true",
         [("bindingParameter", spelled(each.bound, with_null=False)),
          *((name, spelled(one, with_null=False)) for name, one in each.parameters.items())],
         spelled(each.returns, with_null=False) if each.returns else None)
        for overloads in known.operations.values() for each in overloads
    ]  # fmt: skip
    assert sorted(told, key=str) == sorted(expected, key=str)


def test_the_container_has_the_roots_and_the_types_that_tools_look_for_are_below(described):
    known, schema = described
    container = schema.find(f"{EDM}EntityContainer")
    assert container.get("Name") == "GraphService"
    told = {each.get("Name"): each.get("EntityType") or each.get("Type") for each in container}
    expected = {name: f"graph.{shape.kind}" for name, shape in known.roots.items()}
    assert told == {**expected, "me": "graph.user"}
    # As IntuneManagement finds the path of a type.
    apps = own(schema, "EntityType")["deviceAppManagement"]
    (found,) = apps.findall("*[@Type='Collection(graph.mobileApp)']")
    assert (found.get("Name"), found.get("ContainsTarget")) == ("mobileApps", "true")


@pytest.mark.parametrize(
    ("method", "path", "accept", "status", "kind"),
    [
        ("GET",  "/v1.0/$metadata",      None,               200, XML),
        ("GET",  "/beta/$metadata",      XML,                200, XML),
        ("GET",  "/beta/$metadata/",     "application/json", 200, XML),
        ("GET",  "/v1.0/%24Metadata",    "text/html",        200, XML),
        ("POST", "/v1.0/$metadata",      None,               405, "application/json"),
        ("GET",  "/v1.0/$metadata/x",    None,               401, "application/json"),
    ],
)  # fmt: skip
def test_metadata_are_xml_for_everybody(reader, method, path, accept, status, kind):
    headers = {"Accept": accept} if accept else {}
    answer = reader.open(path, method=method, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, kind)
    assert answer.headers["OData-Version"] == "4.0"


def test_metadata_go_out_in_gzip_and_in_a_batch_in_base64(reader, admin):
    plain = reader.get("/beta/$metadata").data
    packed = reader.get("/beta/$metadata", headers={"Accept-Encoding": "gzip"})
    assert len(packed.data) < len(plain) / 5
    assert gzip.decompress(packed.data) == plain
    part = {"id": "1", "method": "GET", "url": "/$metadata"}
    batch = reader.post("/beta/$batch", headers=admin, json={"requests": [part]}).json
    assert base64.b64decode(batch["responses"][0]["body"]) == plain


@pytest.mark.parametrize("path", ["/v1.0", "/v1.0/", "/beta", "/beta/"])
def test_the_root_lists_entity_sets_and_singletons(reader, admin, path):
    answer = reader.get(path, headers=admin)
    version = path.strip("/")
    assert answer.json["@odata.context"] == f"http://localhost/{version}/$metadata"
    told = {each["name"]: (each["kind"], each["url"]) for each in answer.json["value"]}
    assert told == {
        "me": ("Singleton", "me"),
        **{
            name: ("EntitySet" if shape.is_collection else "Singleton", name)
            for name, shape in model(version).roots.items()
        },
    }
    assert told["users"] == ("EntitySet", "users")


@pytest.mark.parametrize("method", ["POST", "DELETE", "HEAD"])
def test_the_root_is_read_alone_and_by_callers_with_a_token(reader, admin, method):
    assert reader.get("/v1.0/").status_code == 401
    answer = reader.open("/v1.0/", method=method, headers=admin)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")


def test_a_user_without_rights_reads_the_root(reader, sign_in):
    person = sign_in(tenant.USERS[0].upn)
    assert reader.get("/v1.0/", headers=person).status_code == 200
