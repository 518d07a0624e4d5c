"""What a crash has left between the steps of a write, done at the next start: numbering, merging and linking.

An article bears a mark from the write that stores it until it is linked (`newscrawl.store.links`), and it is merged
with its twins in between: so whatever bears the mark is merged and linked once more. Either, done again, changes
nothing.
"""

from __future__ import annotations

from newscrawl.store.links import IS_DUE, Database, link
from newscrawl.store.merge import merge_stored
from newscrawl.store.sequence import give_numbers, take_over

BATCH = 200


async def mend(database: Database) -> int:
    """Number, merge and link what bears the marks, each article once, and give how many were linked.

    Raises PyMongoError.
    """
    await take_over(database)
    await give_numbers(database)
    number, last = 0, ""
    while True:
        found = database["articles"].find({"links_due": IS_DUE, "_id": {"$gt": last}}, {"_id": 1})
        identities = [document["_id"] async for document in found.hint("links_due_1").sort("_id").limit(BATCH)]
        if not identities:
            return number
        await link(database, await merge_stored(database, identities) | set(identities))
        number += len(identities)
        last = identities[-1]
