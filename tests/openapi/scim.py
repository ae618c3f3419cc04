"""Has scim2-tester check the server at the address given, with the key in ACCREDIT_KEY, and fails where one of its checks does. Called by tests/scim."""

import os
import sys
from collections import Counter

from httpx import Client
from scim2_client.engines.httpx import SyncSCIMClient
from scim2_tester import Status, check_server

http = Client(base_url=sys.argv[1], headers={"Authorization": f"Bearer {os.environ['ACCREDIT_KEY']}"})
results = check_server(SyncSCIMClient(http))
bad = [result for result in results if result.status in (Status.ERROR, Status.CRITICAL)]
for result in bad:
    print(f"{result.status.name} {result.title} {result.resource_type or ''}: {result.reason}\n{str(result.data)[:2000]}\n", file=sys.stderr)
print(f"{len(results) - len(bad)} passed, {len(bad)} failed")
print(dict(Counter(result.status.name for result in results)))
sys.exit(1 if bad or len(results) < 20 else 0)
