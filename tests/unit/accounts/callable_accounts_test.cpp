#include "accounts/callable_accounts.hpp"

#include "support/desk_calls.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

using snapshots::Change;

class CallableAccountsTest : public ::testing::Test {
protected:
    CallableAccountsTest()
    {
        desk_.changes.on_change = [this](Change const& change) { accounts_.apply(change); };
    }
    Result<CallableAccountPtr> find(IntegratedAccountId id)
    {
        return test::run_on(desk_.io, accounts_.find(desk_.environment, id, test::soon()));
    }
    test::FakeAccounts::Installation& installation()
    {
        return desk_.rows.installations[EnvironmentIntegrationId{Uuid{8}}];
    }

    test::DeskCalls desk_;
    CallableAccounts accounts_{desk_.rows, desk_.integrations, {}};
    IntegratedAccountId const id_ = desk_.connect();
};

TEST_F(CallableAccountsTest, AreReadOnceUntilSomethingOfThemChanges)
{
    auto const first = test::must(find(id_));
    EXPECT_EQ(first->base_url, "https://acme.desk.example");
    EXPECT_EQ(test::must(find(id_)), first);
    EXPECT_EQ(desk_.rows.reads, 1U);
    using Kind = Change::Kind;
    accounts_.apply({Kind::account, desk_.environment, Uuid{1}});
    accounts_.apply({Kind::integration, {}, Uuid{99}});
    EXPECT_EQ(test::must(find(id_)), first);
    auto reads = desk_.rows.reads;
    for (auto const& change :
         {Change{Kind::account, desk_.environment, id_.uuid()}, Change{Kind::installation, desk_.environment, Uuid{8}},
          Change{Kind::integration, {}, desk_.definitions.stored.id.uuid()},
          Change{Kind::environment, desk_.environment, {}}}) {
        accounts_.apply(change);
        EXPECT_NE(test::must(find(id_)), first);
        EXPECT_EQ(desk_.rows.reads, ++reads);
    }
}

TEST_F(CallableAccountsTest, AreNotFoundInAnotherEnvironment)
{
    auto const found = test::run_on(desk_.io, accounts_.find(EnvironmentId{Uuid{1}}, id_, test::soon()));
    EXPECT_EQ(found.error().code(), ErrorCode::not_found);
}

TEST_F(CallableAccountsTest, CannotBeCalledWithADefinitionThatDoesNotCompile)
{
    installation().override = json::object{{"label", 5}};
    EXPECT_EQ(find(id_).error().code(), ErrorCode::invalid_argument);
}

TEST_F(CallableAccountsTest, CanBeReadThoughTheirContextMakesNoAddress)
{
    desk_.rows.rows.at({desk_.environment, id_}).account.context.erase("subdomain");
    EXPECT_EQ(test::must(find(id_))->base_url, "");
}

TEST_F(CallableAccountsTest, SayWhereTheyAreConnectedAgain)
{
    EXPECT_EQ(test::must(find(id_))->reconnect_url, "");
    installation().reconnect_url = "https://dev.example/again";
    auto const other = desk_.connect("globex");
    EXPECT_EQ(test::must(find(other))->reconnect_url, "https://dev.example/again?integrated_account_id=" + other.str());
}

TEST_F(CallableAccountsTest, WeighWhatTheyDoNotShare)
{
    auto const light = desk_.callable(id_);
    auto& context = desk_.rows.rows.at({desk_.environment, id_}).account.context;
    context["notes"] = json::array{std::string(1'000, 'x'), json::object{{"more", std::string(500, 'y')}}};
    auto const heavy = desk_.callable(id_);
    EXPECT_EQ(heavy->tools, light->tools);
    auto const more = weight_of(*heavy) - weight_of(*light);
    EXPECT_GE(more, 2 * 1'500U) << "the context and what templates see of it";
    EXPECT_LE(more, 2 * 1'500U + 1'000U);
}

TEST_F(CallableAccountsTest, HaveTheTlsSettingsOfTheirInstallationButNoKeyInTheClear)
{
    auto const without = desk_.callable(id_);
    EXPECT_FALSE(without->tls);
    desk_.rows.show_certificate(desk_.environment, EnvironmentIntegrationId{Uuid{8}});
    auto const account = desk_.callable(id_);
    ASSERT_TRUE(account->tls);
    EXPECT_EQ(account->installed, without->installed) << "they change no definition";
    EXPECT_GT(weight_of(*account), weight_of(*without));
    EXPECT_EQ(desk_.callable(id_)->tls->id, account->tls->id);
    desk_.rows.show_certificate(desk_.environment, EnvironmentIntegrationId{Uuid{8}});
    EXPECT_NE(desk_.callable(id_)->tls->id, account->tls->id) << "a key that is sealed anew is another key";
    installation().tls_key.reset();
    auto const gone = desk_.callable(id_)->tls->key();
    EXPECT_EQ(gone.error().code(), ErrorCode::forbidden);
    EXPECT_TRUE(gone.error().public_detail().contains("set override.tls again"));
}

/// A desk whose list's sorting each account has of its own.
TEST(CallableAccountsWeight, CountsAnAccountsOwnTools)
{
    test::DeskCalls desk(catalog::test::replaced(
        catalog::test::kManifest, "tool_tags: {tickets: [tickets]}\n",
        "tool_tags: {tickets: [tickets]}\ndynamic: {sources: {people: {method: tickets.list, record: {id: id, name: "
        "subject}}}, places: [{tools: [tickets.create], at: assignee, source: people, kind: name}]}\n"));
    auto const id = desk.connect();
    auto const plain = desk.callable(id);
    desk.rows.rows.at({desk.environment, id}).schema =
        json::parse(R"({"people":[{"id":1,"name":"Ann"},{"id":2,"name":"Bob"}]})")->get_object();
    auto const own = desk.callable(id);
    EXPECT_NE(own->tools, plain->tools);
    EXPECT_GT(weight_of(*own), weight_of(*plain) + own->tools->at(0)->list_entry.size());
}

} // namespace
} // namespace sluice::accounts
