"""Gives each institution something of every kind, and says as whom schemathesis asks. Called by tests/schemathesis."""

import json
import pathlib
import sys
import time

import requests

url, work, *keys = sys.argv[1:]
work = pathlib.Path(work)
policy = pathlib.Path("seeds/policies/innovation-credit.toml").read_text()


def fill(key, slug):
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {key}"

    def post(path, body, kind="application/json"):
        data = body if isinstance(body, str) else json.dumps(body)
        answer = session.post(f"{url}/v1/{path}", data=data.encode(), headers={"Content-Type": kind})
        assert answer.status_code in (200, 201, 202), f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    members = [
        post("members", {"number": f"00{n}", "name": f"Ada {n} of {slug}", "role": "student", "github_login": f"ada-{slug}-{n}"})
        for n in range(3)
    ]
    repository = post("repositories", {"full_name": f"{slug}/engine", "category": "community", "member_numbers": ["001"]})
    post(f"repositories/{repository['id']}/syncs", "")
    days = {"starts_on": "2025-09-01", "ends_on": "2026-01-31"}
    term = post("terms", {"code": "2025-2026-1", "name": "Autumn 2025", **days})
    adopted = post("policies", policy, "application/toml")
    post(f"terms/{term['id']}/policies", {"policy_id": adopted["id"]})
    mark = {"kind": "mark", "member_id": members[0]["id"], "name": "difficulty", "value": "4.5", "happened_on": "2025-10-01"}
    statement = post("statements", {**mark, "reason": "Shown in the colloquium"})
    post("api-keys", {"role": "reader"})
    evaluation = post("evaluations", {"term_id": term["id"], "policy_id": adopted["id"]})
    for _ in range(300):
        state = session.get(f"{url}/v1/evaluations/{evaluation['id']}").json()["state"]
        if state in ("done", "failed"):
            break
        time.sleep(0.1)
    assert state == "done", f"the evaluation is {state}"
    return {
        "members": members[0]["id"],
        "repositories": repository["id"],
        "terms": term["id"],
        "policies": adopted["id"],
        "statements": statement["id"],
        "evaluations": evaluation["id"],
    }


*keys, operator = keys
slugs = ["linhai", "qinghe"]
filled = [fill(key, slug) for key, slug in zip(keys, slugs)]
(work / "there.json").write_text(json.dumps(filled[0]))

callers = zip([*slugs, "operator"], [*keys, operator])
entries = [{"name": name, "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {key}"}]} for name, key in callers]
(work / "auth.json").write_text(json.dumps({"auth": entries}))
(work / "schemathesis.toml").write_text(
    f"""
[auth.wfc]
path = "{work / 'auth.json'}"
peers = {json.dumps(slugs)}

# What a schema cannot say (a day after another, a policy's text, a member whom nobody knows) is refused with 422.
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422"]

# A directory is told so with 400: RFC 7644 knows no 422.
[[operations]]
include-path-regex = "^/scim/"
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "400", "401", "403", "404", "409", "412", "422"]

# Nor can it say which texts are cursors of ours, or that one parameter asks for another.
[[operations]]
include-method = "GET"
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", "400", "401", "403", "404", "409"]
"""
)
