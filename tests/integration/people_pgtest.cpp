// Users of a team in the database: who they are, and what of them is secret.
#include "people_fixture.hpp"
#include "runtime/task_group.hpp"

#include <algorithm>

namespace sluice::store {
namespace {

TEST_F(PeopleTest, MakesAUserOnceForEachEmail)
{
    auto const bob = user("Bob@example.com", Role::viewer);
    EXPECT_EQ(bob.email, "Bob@example.com");
    EXPECT_EQ(bob.role, Role::viewer);
    EXPECT_TRUE(bob.is_active && bob.is_invited && !bob.has_password && !bob.has_second_factor);
    EXPECT_FALSE(bob.environments);
    auto const again =
        test::run(store_.people().users.create(team_, {"BOB@example.com"}, std::nullopt, author(), soon()));
    EXPECT_EQ(code_of(again), ErrorCode::conflict);
    EXPECT_EQ(must(test::run(store_.people().users.find_by_email(team_, "bob@EXAMPLE.com", soon()))).id, bob.id);
    EXPECT_EQ(code_of(test::run(store_.people().users.find_by_email(team_, "x@example.com", soon()))),
              ErrorCode::not_found);
    EXPECT_EQ(audited("user.create"), "2");
}

TEST_F(PeopleTest, ConfinesUsersToEnvironmentsOfTheTeamOnly)
{
    auto const mine = environment("acme", "production");
    auto const theirs = environment("other", "production");
    EXPECT_EQ(user("bob@example.com", Role::developer, std::vector{mine}).environments, std::vector{mine});
    for (auto const& wrong : {std::vector{theirs}, std::vector{mine, theirs}, std::vector{mine, mine}}) {
        auto const made = test::run(store_.people().users.create(
            team_, {"carl@example.com", "", Role::developer, wrong}, std::nullopt, author(), soon()));
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().failures().at(0).path, "environment_ids");
    }
    UserChange change;
    change.environments = Confinement(std::vector{theirs});
    EXPECT_EQ(code_of(test::run(store_.people().users.update(team_, ann_, change, anything(), author(), soon()))),
              ErrorCode::invalid_argument);
    EXPECT_TRUE(user("dora@example.com", Role::viewer, std::vector<EnvironmentId>{}).environments->empty());
}

TEST_F(PeopleTest, ListsUsersByFilter)
{
    user("bob@example.com", Role::viewer);
    user("carl@example.com", Role::viewer);
    auto const list = [&](std::string field, std::string value) {
        tenancy::ListQuery query;
        query.conditions.push_back({std::move(field), tenancy::Condition::Operator::eq, {std::move(value)}});
        return must(test::run(store_.people().users.list(team_, query, soon()))).items;
    };
    EXPECT_EQ(must(test::run(store_.people().users.list(team_, {}, soon()))).items.size(), 3U);
    EXPECT_EQ(list("role", "viewer").size(), 2U);
    ASSERT_EQ(list("email", "ANN@example.com").size(), 1U);
    EXPECT_EQ(list("email", "ann@example.com")[0].id, ann_);
    EXPECT_TRUE(list("is_active", "false").empty());
}

TEST_F(PeopleTest, AChangeIsCheckedUnderTheLockAndAudited)
{
    auto const bob = user("bob@example.com");
    UserChange change{.name = "Bob", .role = Role::admin};
    EXPECT_EQ(code_of(test::run(store_.people().users.update(team_, bob.id, change, nothing(), author(), soon()))),
              ErrorCode::forbidden);
    EXPECT_EQ(audited("user.update"), "0");
    auto const changed =
        must(test::run(store_.people().users.update(team_, bob.id, change, anything(), author(), soon())));
    EXPECT_EQ(changed.name, "Bob");
    EXPECT_EQ(changed.role, Role::admin);
    EXPECT_EQ(database_.value("SELECT before::text || ' ' || after::text || ' ' || actor_kind || actor_name || "
                              "client_address || request_id FROM audit_log WHERE action = 'user.update'"),
              R"({"name": "", "role": "developer"} {"name": "Bob", "role": "admin"} operatorop192.0.2.1req_1)");
}

TEST_F(PeopleTest, WhoIsNoLongerActiveHasNoSessionAndNoLink)
{
    auto const bob = user("bob@example.com");
    auto const in = session(bob.id);
    auto const reset = link(bob.id, LinkKind::reset);
    UserChange change{.is_active = false};
    must(test::run(store_.people().users.update(team_, bob.id, change, anything(), author(), soon())));
    EXPECT_EQ(code_of(resolve(in)), ErrorCode::not_found);
    EXPECT_EQ(code_of(redeem(LinkKind::reset, reset, "hash")), ErrorCode::not_found);
    EXPECT_EQ(database_.value("SELECT count(*) FROM team_secret_hashes"), "0");
    auto const late = test::run(store_.people().sessions.begin(
        team_, bob.id, new_session(minted(crypto::TokenKind::session)), {}, author(), soon()));
    EXPECT_EQ(code_of(late), ErrorCode::not_found);
}

TEST_F(PeopleTest, ATeamHasSoManyUsers)
{
    database_.execute(fmt::format("INSERT INTO users (team_id, id, email, email_key, role) "
                                  "SELECT '{}', gen_random_uuid(), n || '@x.example', n || '@x.example', 'viewer' "
                                  "FROM generate_series(2, {}) AS n",
                                  to_hex(team_.uuid()), UserRepository::kMost));
    auto const more =
        test::run(store_.people().users.create(team_, {"more@example.com"}, std::nullopt, author(), soon()));
    EXPECT_EQ(code_of(more), ErrorCode::conflict);
    EXPECT_EQ(audited("user.create"), "1") << "Ann's";
}

TEST_F(PeopleTest, TheLastActiveOwnerStays)
{
    auto const bob = user("bob@example.com", Role::owner);
    UserChange const viewer{.role = Role::viewer};
    UserChange const off{.is_active = false};
    must(test::run(store_.people().users.update(team_, bob.id, off, anything(), author(), soon())));
    EXPECT_EQ(code_of(test::run(store_.people().users.update(team_, ann_, viewer, anything(), author(), soon()))),
              ErrorCode::conflict);
    EXPECT_EQ(code_of(test::run(store_.people().users.update(team_, ann_, off, anything(), author(), soon()))),
              ErrorCode::conflict);
    EXPECT_EQ(code_of(test::run(store_.people().users.remove(team_, ann_, anything(), author(), soon()))),
              ErrorCode::conflict);
    UserChange const on{.is_active = true};
    must(test::run(store_.people().users.update(team_, bob.id, on, anything(), author(), soon())));
    must(test::run(store_.people().users.remove(team_, ann_, anything(), author(), soon())));
    EXPECT_EQ(code_of(test::run(store_.people().users.find(team_, ann_, soon()))), ErrorCode::not_found);
    EXPECT_EQ(audited("user.delete"), "1");
}

/// Two owners who step down at the same moment: one of them is told no.
TEST_F(PeopleTest, TwoOwnersCannotLeaveAtOnce)
{
    auto const bob = user("bob@example.com", Role::owner);
    UserChange const viewer{.role = Role::viewer};
    asio::io_context io(1);
    TaskGroup group(io, 32, log_, "test");
    std::vector<ErrorCode> codes;
    auto const step_down = [](UserRepository& users, TeamId team, UserId who, UserChange change,
                              std::vector<ErrorCode>& answers) -> Task<void> {
        auto const done = co_await users.update(team, who, std::move(change), anything(), author(), soon());
        answers.push_back(code_of(done));
    };
    for (auto const& who : {ann_, bob.id})
        group.spawn(step_down(store_.people().users, team_, who, viewer, codes));
    io.run();
    EXPECT_EQ(std::ranges::count(codes, ErrorCode::conflict), 1);
    EXPECT_EQ(database_.value("SELECT count(*) FROM users WHERE role = 'owner'"), "1");
}

TEST_F(PeopleTest, ANewPasswordEndsTheOtherSessionsAndLinks)
{
    auto const here = session(ann_);
    auto const there = session(ann_);
    auto const reset = link(ann_, LinkKind::reset);
    auto const stays = must(resolve(here)).session;
    must(test::run(store_.people().users.set_password(team_, ann_, std::nullopt, "hash", stays, author(), soon())));
    EXPECT_TRUE(resolve(here));
    EXPECT_FALSE(resolve(there));
    EXPECT_FALSE(redeem(LinkKind::reset, reset, "x"));
    EXPECT_EQ(must(test::run(store_.people().users.secrets(team_, ann_, soon()))).password, "hash");
    EXPECT_EQ(code_of(test::run(
                  store_.people().users.set_password(team_, ann_, std::nullopt, "hash2", stays, author(), soon()))),
              ErrorCode::conflict);
    must(test::run(store_.people().users.rehash(team_, ann_, "other", "hash3", soon())));
    EXPECT_EQ(must(test::run(store_.people().users.secrets(team_, ann_, soon()))).password, "hash");
    must(test::run(store_.people().users.rehash(team_, ann_, "hash", "hash3", soon())));
    EXPECT_EQ(must(test::run(store_.people().users.secrets(team_, ann_, soon()))).password, "hash3");
}

TEST_F(PeopleTest, ASecondFactorIsSealedConfirmedAndRemoved)
{
    auto& users = store_.people().users;
    Secret const secret{"12345678901234567890"};
    must(test::run(users.begin_second_factor(team_, ann_, secret, author(), soon())));
    auto begun = must(test::run(users.secrets(team_, ann_, soon())));
    ASSERT_TRUE(begun.second_factor);
    EXPECT_EQ(begun.second_factor->secret.reveal(), secret.reveal());
    EXPECT_FALSE(begun.second_factor->is_confirmed);
    EXPECT_EQ(database_.value("SELECT position('12345678901234567890'::bytea in second_factor) FROM users"), "0");

    auto const here = session(ann_);
    auto const there = session(ann_);
    must(test::run(users.confirm_second_factor(team_, ann_, 100, {crypto::sha256("one")}, must(resolve(here)).session,
                                               author(), soon())));
    EXPECT_TRUE(resolve(here));
    EXPECT_FALSE(resolve(there));
    EXPECT_TRUE(must(test::run(users.find(team_, ann_, soon()))).has_second_factor);
    EXPECT_EQ(code_of(test::run(users.begin_second_factor(team_, ann_, secret, author(), soon()))),
              ErrorCode::conflict);

    EXPECT_FALSE(test::run(users.remove_second_factor(team_, ann_, {}, author(), soon()))) << "without a code";
    EXPECT_FALSE(test::run(users.remove_second_factor(team_, ann_, {.step = 100}, author(), soon()))) << "a used one";
    must(test::run(users.remove_second_factor(team_, ann_, {.step = 101}, author(), soon())));
    EXPECT_FALSE(must(test::run(users.secrets(team_, ann_, soon()))).second_factor);
    EXPECT_EQ(database_.value("SELECT count(*) FROM recovery_codes"), "0");
    EXPECT_EQ(code_of(test::run(users.remove_second_factor(team_, ann_, {.step = 102}, author(), soon()))),
              ErrorCode::not_found);
}

TEST_F(PeopleTest, RecoveryCodesAreReplacedAndTakenOnce)
{
    set_second_factor(ann_);
    auto& users = store_.people().users;
    Proof const one{.recovery_code = crypto::sha256("one")};
    must(test::run(users.replace_recovery_codes(team_, ann_, one, {crypto::sha256("new")}, author(), soon())));
    Proof const two{.recovery_code = crypto::sha256("two")};
    EXPECT_EQ(code_of(test::run(users.replace_recovery_codes(team_, ann_, two, {}, author(), soon()))),
              ErrorCode::unauthenticated);
    Proof const fresh{.recovery_code = crypto::sha256("new")};
    must(test::run(users.remove_second_factor(team_, ann_, fresh, author(), soon())));
}

/// What the team's keys have sealed opens after a rotation, and `keys status` counts them.
TEST_F(PeopleTest, KeysOfTeamsAreCountedAndWrappedAnew)
{
    set_second_factor(ann_);
    session(ann_);
    auto newer = must(crypto::Keyring::parse(keyring_.serialise().reveal()));
    must(newer.activate(newer.add()));
    Store store(pool_, newer, clock_, no_caches_);
    auto const use = [&](std::uint32_t id) {
        auto const uses = must(test::run(store.upkeep().keys.uses(soon())));
        return *std::ranges::find(uses, id, &tenancy::KeyUse::id);
    };
    EXPECT_EQ(use(1).data_keys, 1);
    EXPECT_EQ(use(1).secrets, 1);
    EXPECT_EQ(must(test::run(store.upkeep().keys.teams(soon()))), std::vector{team_});
    EXPECT_EQ(must(test::run(store.upkeep().keys.rewrap(team_, author(), soon()))), 1U);
    EXPECT_EQ(must(test::run(store.upkeep().keys.rewrap(team_, author(), soon()))), 0U);
    EXPECT_EQ(use(1).data_keys, 0);
    EXPECT_EQ(use(2).data_keys, 1);
    EXPECT_EQ(must(test::run(store.people().users.secrets(team_, ann_, soon()))).second_factor->secret.reveal(),
              "12345678901234567890");
}

TEST_F(PeopleTest, ATeamIsRenamedUnlessTheNameIsTaken)
{
    must(test::run(store_.tenancy().ensure_team("other", {}, soon())));
    auto& teams = store_.tenancy();
    EXPECT_EQ(code_of(test::run(teams.rename_team(team_, "other", author(), soon()))), ErrorCode::conflict);
    EXPECT_EQ(code_of(test::run(teams.rename_team(team_, team_.str(), author(), soon()))), ErrorCode::invalid_argument);
    EXPECT_EQ(must(test::run(teams.rename_team(team_, "acme inc", author(), soon()))).name, "acme inc");
    EXPECT_EQ(must(test::run(teams.find_team("acme inc", soon()))).id, team_);
    EXPECT_EQ(audited("team.update"), "1");
}

} // namespace
} // namespace sluice::store
