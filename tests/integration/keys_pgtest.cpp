// The keys of the keyring across environments, and which replicas have loaded them.
#include "accounts/vault.hpp"
#include "store_fixture.hpp"

#include <algorithm>

namespace sluice::store {
namespace {

class KeyRepositoryTest : public StoreTest {
protected:
    tenancy::Replica replica(std::string const& name, std::vector<std::uint32_t> keys)
    {
        tenancy::Replica made{uuid_of_name(name), name, std::move(keys), {}};
        must(test::run(store_.upkeep().keys.announce_replica(made, soon())));
        return made;
    }
    std::vector<tenancy::Replica> replicas() { return must(test::run(store_.upkeep().keys.replicas(soon()))); }
    static tenancy::KeyUse use_of(Store const& store, std::uint32_t id)
    {
        auto const uses = must(test::run(store.upkeep().keys.uses(soon())));
        auto const found = std::ranges::find(uses, id, &tenancy::KeyUse::id);
        return found == uses.end() ? tenancy::KeyUse{} : *found;
    }
};

TEST_F(KeyRepositoryTest, ReplicasSayWhichKeysTheyHaveUntilTheyGo)
{
    auto const b = replica("b", {1, 2});
    auto const a = replica("a", {1});
    auto const both = replicas();
    ASSERT_EQ(both.size(), 2U);
    EXPECT_EQ(both[0].id, a.id) << "in the order of their names";
    EXPECT_EQ(both[0].name, "a");
    EXPECT_EQ(both[0].key_ids, a.key_ids);
    EXPECT_GT(both[0].seen_at, clock_.now() - std::chrono::minutes(1));
    EXPECT_EQ(both[1].key_ids, b.key_ids);
    replica("a", {1, 2, 3});
    EXPECT_EQ(replicas()[0].key_ids, (std::vector<std::uint32_t>{1, 2, 3}));
    must(test::run(store_.upkeep().keys.forget_replica(a.id, soon())));
    ASSERT_EQ(replicas().size(), 1U);
    EXPECT_EQ(replicas()[0].id, b.id);
    database_.execute("UPDATE replicas SET seen_at = now() - interval '31 seconds'");
    EXPECT_TRUE(replicas().empty());
}

TEST_F(KeyRepositoryTest, CountsWhatDependsOnEachKeyInAllEnvironments)
{
    auto const active = keyring_.active();
    EXPECT_EQ(use_of(store_, active).data_keys, 0);
    EXPECT_EQ(use_of(store_, active).secrets, 0);
    server(account(environment("t", "one")));
    server(account(environment("t", "two")));
    server(account(environment("t", "two")));
    auto const used = use_of(store_, active);
    EXPECT_EQ(used.id, active);
    EXPECT_EQ(used.data_keys, 2);
    EXPECT_EQ(used.secrets, 3);
}

TEST_F(KeyRepositoryTest, DataKeysAreWrappedWithTheKeyThatIsActiveNowAndOpenWhatTheyDid)
{
    auto const made = account(environment("t", "e"));
    auto const old_id = keyring_.active();
    auto newer = must(crypto::Keyring::parse(keyring_.serialise().reveal()));
    must(newer.activate(newer.add()));
    Store store(pool_, newer, clock_, no_caches_);
    EXPECT_EQ(use_of(store, newer.active()).data_keys, 0);
    EXPECT_EQ(must(test::run(store.upkeep().keys.rewrap(made.environment, {}, soon()))), 1U);
    EXPECT_EQ(must(test::run(store.upkeep().keys.rewrap(made.environment, {}, soon()))), 0U) << "that is done";
    EXPECT_EQ(use_of(store, old_id).data_keys, 0);
    EXPECT_EQ(use_of(store, newer.active()).data_keys, 1);
    auto const state = must(test::run(store.accounts().load_state(made.environment, made.id, soon())));
    EXPECT_EQ(must(accounts::open_context(state.account, state.key)).secret.at("api_key"), "planted-secret");
}

TEST_F(KeyRepositoryTest, ShreddingEndsWhatWasSealedAndAnotherKeyServesWhatComes)
{
    auto const in = environment("t", "e");
    auto const made = account(in);
    EXPECT_EQ(must(test::run(store_.upkeep().keys.shred(in, {}, soon()))), 1U);
    auto const state = must(test::run(store_.accounts().load_state(in, made.id, soon())));
    EXPECT_EQ(state.account.status, accounts::Status::needs_reauth);
    EXPECT_EQ(state.account.generation, made.generation + 1);
    EXPECT_EQ(state.account.data_key_version, 2U);
    EXPECT_TRUE(must(accounts::open_context(state.account, state.key)).secret.empty());
    auto const next = account(in);
    EXPECT_EQ(next.data_key_version, 2U);
}

} // namespace
} // namespace sluice::store
