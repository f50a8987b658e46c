#include "accounts/redact.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace sluice::accounts {
namespace {

constexpr std::string_view kKey = "k/ey+ with=signs";

CallableAccount account_with(json::object const& secret)
{
    CallableAccount account;
    account.account.id = IntegratedAccountId{Uuid{3}};
    account.key = crypto::DataKey::generate(EnvironmentId{Uuid{1}}, 1);
    account.account.sealed = account.key.seal(sealing_place(account.account.id), boost::json::serialize(secret));
    return account;
}

TEST(RedactTest, TakesTheAccountsSecretsOutInEveryFormThatVendorsRepeat)
{
    auto const account = account_with(
        {{"api_key", kKey}, {"oauth", json::object{{"token", json::object{{"access_token", "at-123456"}}}}}});
    for (auto const& form :
         {std::string(kKey), std::string("k%2Fey%2B%20with%3Dsigns"), std::string("k%2fey%2b%20with%3dsigns"),
          std::string("k%2Fey%2B+with%3Dsigns"), std::string(R"(k\/ey+ with=signs)"), std::string("at-123456")}) {
        EXPECT_EQ(without_secrets("Incorrect key: " + form + ".", account), "Incorrect key: [secret].") << form;
    }
    for (auto const* user : {"a@b.example", "ab@b.example", "abc@b.example"}) {
        auto const basic = base64(bytes_of(std::string(user) + ":" + std::string(kKey)));
        auto const shown = without_secrets("Basic " + basic + " is wrong", account);
        EXPECT_NE(shown.find("[secret]"), std::string::npos) << shown;
        EXPECT_EQ(shown.find(basic.substr(basic.size() - 12)), std::string::npos) << shown;
    }
}

TEST(RedactTest, LeavesEverythingElse)
{
    auto const account = account_with({{"api_key", "long-secret"}, {"pin", "1"}, {"none", ""}});
    EXPECT_EQ(without_secrets("Ticket 1 of 11 is closed.", account), "Ticket 1 of 11 is closed.");
    EXPECT_EQ(without_secrets("", account), "");
}

} // namespace
} // namespace sluice::accounts
