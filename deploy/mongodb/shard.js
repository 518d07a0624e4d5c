// Shards what grows with the articles over the shards of a cluster, by a hash: evenly, and each _id once in all of them.
//   newscrawl db init && mongosh "mongodb://root@mongos:27017/" shard.js        (database: DATABASE=name mongosh …)
// To be run once, by a user with the role clusterManager, after the collections are there and before they are large:
// a shard key cannot be changed without rewriting the collection (reshardCollection).
//
// A sharded collection can have no unique index whose keys do not begin with the shard key, and uniqueness of _id holds
// over all shards only where _id is the shard key. So everything below is keyed by _id, which newscrawl makes of what it
// identifies (the hash of an address, of a sighting …), and what has a uniqueness of its own stays whole, as it is small:
// runs, schedules, slots, leases and jobs live on the primary shard of the database.
const name = process.env.DATABASE || "newscrawl";
const keys = {
  articles: { _id: "hashed" },
  revisions: { _id: "hashed" },
  sightings: { _id: "hashed" },
  failures: { _id: "hashed" },
  // A time series: by its article, so that the counters of one lie together. It has no unique _id on any server.
  views: { article: "hashed" },
};

for (const [collection, key] of Object.entries(keys)) {
  const namespace = `${name}.${collection}`;
  if (db.getSiblingDB("config").collections.findOne({ _id: namespace, dropped: { $ne: true } })) {
    print(`${namespace} is sharded already`);
    continue;
  }
  sh.shardCollection(namespace, key);
  print(`${namespace} is sharded by ${JSON.stringify(key)}`);
}
