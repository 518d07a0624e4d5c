// Makes a replica set of three with its users, for compose.yaml. Does nothing where they are there.
//   mongosh "mongodb://127.0.0.1:27017/?directConnection=true" replica-set.js
// The first user can be made on the server's own machine alone, before there is another one (localhost exception).
const fs = require("fs");
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, "utf8").trim();
const admin = db.getSiblingDB("admin");
const members = ["mongo1:27017", "mongo2:27017", "mongo3:27017"];

try {
  const config = { _id: "newscrawl", members: members.map((host, _id) => ({ _id, host, priority: _id === 0 ? 2 : 1 })) };
  rs.initiate(config);
} catch (error) {
  if (!["AlreadyInitialized", "Unauthorized"].includes(error.codeName)) throw error;
}
for (let second = 0; !db.hello().isWritablePrimary; second++) {
  if (second > 60) throw new Error("this member does not become the primary; run it again at the one that is");
  sleep(1000);
}
try {
  admin.createUser({ user: "root", pwd: secret("mongo_root_password"), roles: ["root"] });
} catch (error) {
  if (!["Unauthorized", "DuplicateKey"].includes(error.codeName) && error.code !== 51003) throw error;
}
admin.auth("root", secret("mongo_root_password"));
const newscrawl = db.getSiblingDB("newscrawl");
if (!newscrawl.getUser("newscrawl")) {
  // dbAdmin: newscrawl makes its collections, validators and indexes. It needs nothing beyond its own database.
  newscrawl.createUser({
    user: "newscrawl",
    pwd: secret("mongo_password"),
    roles: ["readWrite", "dbAdmin"].map((role) => ({ role, db: "newscrawl" })),
  });
}
print("the replica set and its users are there");
