"""Content of line-of-business apps: versions, files, uploads to the blob door, publishing."""

import pytest

APPS = "deviceAppManagement/mobileApps"
WIN32 = {"@odata.type": "#microsoft.graph.win32LobApp", "displayName": "Tool", "publisher": "P"}
CAST = "microsoft.graph.win32LobApp"
KEYS = {
    "fileEncryptionInfo": {
        "encryptionKey": "Q0FOQVJZ",
        "initializationVector": "Q0FOQVJZ",
        "mac": "Q0FOQVJZ",
        "macKey": "Q0FOQVJZ",
        "profileIdentifier": "ProfileVersion1",
        "fileDigest": "Q0FOQVJZ",
        "fileDigestAlgorithm": "SHA256",
    }
}


@pytest.fixture
def app(graph):
    """A Windows app without content; its path."""
    return f"{APPS}/{graph('POST', APPS, WIN32, 201)['id']}"


@pytest.fixture
def file(graph, app):
    """A file of 8 bytes in the first version of the app; its path."""
    versions = f"{app}/{CAST}/contentVersions"
    version = graph("POST", versions, {}, 201)
    body = {"name": "tool.intunewin", "size": 5, "sizeEncrypted": 8, "manifest": None}
    files = f"{versions}/{version['id']}/files"
    return f"{files}/{graph('POST', files, body, 201)['id']}"


@pytest.fixture
def send(client):
    """PUT to a blob's URL with more in its query; insists on a status."""

    def sent(url, data=b"", more="", status=201, **headers):
        answer = client.put(f"{url}{more}", data=data, headers=headers)
        assert answer.status_code == status, answer.text
        return answer

    return sent


def test_versions_are_numbered_from_one(graph, app):
    versions = f"{app}/{CAST}/contentVersions"
    assert [graph("POST", versions, {}, 201)["id"] for _ in range(11)][-2:] == ["10", "11"]
    listed = graph("GET", versions)["value"]
    assert [each["id"] for each in listed] == [str(number) for number in range(1, 12)]


def test_an_app_is_uploaded_in_blocks_committed_and_published(graph, app, file, send, newest):
    assert graph("GET", app)["publishingState"] == "notPublished"
    waiting = graph("GET", file)
    assert waiting["uploadState"] == "azureStorageUriRequestSuccess"
    url = waiting["azureStorageUri"]
    send(url, b"12345", "&comp=block&blockid=QQ==")
    send(url, b"678", "&comp=block&blockid=Qg==")
    listed = b"<BlockList><Latest>QQ==</Latest><Latest>Qg==</Latest></BlockList>"
    send(url, listed, "&comp=blocklist")
    graph("POST", f"{file}/commit", KEYS, 204)
    assert newest()["activityType"] == "commit MobileAppContentFile"
    done = graph("GET", file)
    assert (done["uploadState"], done["isCommitted"]) == ("commitFileSuccess", True)
    body = {"@odata.type": WIN32["@odata.type"], "committedContentVersion": "1"}
    graph("PATCH", app, body)
    shown = graph("GET", app)
    assert (shown["publishingState"], shown["size"]) == ("published", 5)


def test_neither_bytes_nor_keys_are_kept(graph, file, send, on_disk):
    url = graph("GET", file)["azureStorageUri"]
    send(url, b"CANARY01")
    send(url, b"CANARY01", "&comp=block&blockid=CANARY-BLOCK")
    graph("POST", f"{file}/commit", KEYS, 204)
    assert not on_disk("CANARY")
    assert not on_disk("Q0FOQVJZ")


def test_what_is_sent_has_to_be_as_long_as_was_said(graph, app, file, send):
    send(graph("GET", file)["azureStorageUri"], b"1234567")
    graph("POST", f"{file}/commit", KEYS, 204)
    failed = graph("GET", file)
    assert (failed["uploadState"], failed["isCommitted"]) == ("commitFileFailed", False)
    graph("PATCH", app, {"committedContentVersion": "1"})
    assert graph("GET", app)["publishingState"] == "notPublished"


@pytest.mark.parametrize(
    ("more", "data", "status", "code"),
    [
        ("x", b"", 403, "AuthenticationFailed"),
        ("&comp=CANARY", b"", 400, "InvalidQueryParameterValue"),
        ("&comp=block", b"", 400, "InvalidQueryParameterValue"),
        ("&comp=blocklist", b"<Latest>CANARY</Latest>", 400, "InvalidBlockList"),
        ("&comp=blocklist", b"C" * (2 * 1024 * 1024 + 1), 413, "RequestBodyTooLarge"),
    ],
)
def test_a_wrong_upload_is_refused_as_storage_does(
    graph, file, send, dump, more, data, status, code
):
    url = graph("GET", file)["azureStorageUri"]
    before = dump()
    answer = send(url, data, more, status)
    assert (answer.headers["x-ms-error-code"], "CANARY" in answer.text) == (code, False)
    assert dump() == before


def test_a_renewed_url_takes_the_place_of_the_old(graph, file, send, newest):
    old = graph("GET", file)["azureStorageUri"]
    graph("POST", f"{file}/renewUpload", status=204)
    assert newest()["activityType"] == "renewUpload MobileAppContentFile"
    send(old, b"12345678", status=403)
    send(graph("GET", file)["azureStorageUri"], b"12345678")


def test_nothing_is_read_from_where_apps_are_sent(graph, file, client):
    url = graph("GET", file)["azureStorageUri"]
    answer = client.get(url)
    assert (answer.status_code, "x-ms-error-code" in answer.headers) == (405, True)


def test_the_service_alone_says_how_far_an_upload_is(graph, file):
    graph("PATCH", file, {"uploadState": "commitFileSuccess", "isCommitted": True})
    shown = graph("GET", file)
    assert (shown["uploadState"], shown["isCommitted"]) == ("azureStorageUriRequestSuccess", False)


def test_an_app_from_a_store_is_published_as_it_is(graph):
    store = {"@odata.type": "#microsoft.graph.iosStoreApp", "displayName": "S"}
    assert graph("POST", APPS, store, 201)["publishingState"] == "published"
