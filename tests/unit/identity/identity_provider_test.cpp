#include "identity/identity_provider.hpp"
#include "support/fake_identity_providers.hpp"
#include "support/run.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {
namespace {

class IdentityProvidersTest : public ::testing::Test {
protected:
    static Deadline deadline() { return Deadline::after(std::chrono::seconds(30)); }
    Result<IdentityProvider> create(NewIdentityProvider wish)
    {
        return test::run(providers_.create(team_, std::move(wish), {}, deadline()));
    }
    /// The paths of the mistakes.
    std::vector<std::string> faults_of(NewIdentityProvider wish)
    {
        std::vector<std::string> paths;
        if (auto const made = create(std::move(wish)); !made)
            for (auto const& each : made.error().failures())
                paths.push_back(each.path);
        return paths;
    }
    static NewIdentityProvider good() { return {"Google", "https://accounts.google.com", "abc", Secret{"secret"}}; }

    TeamId team_{uuid_of_name("team")};
    test::FakeIdentityProviders rows_;
    http::EgressPolicy egress_;
    IdentityProviders providers_{rows_, egress_};
};

TEST_F(IdentityProvidersTest, MakesAndChangesOne)
{
    auto const made = create(good());
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->has_secret);
    IdentityProviderChange change;
    change.label = "Google Workspace";
    change.client_secret = Secret{};
    auto const changed = test::run(providers_.change(team_, made->id, std::move(change), {}, deadline()));
    EXPECT_EQ(changed->label, "Google Workspace");
    EXPECT_FALSE(changed->has_secret);
    EXPECT_EQ(changed->issuer, made->issuer);
}

TEST_F(IdentityProvidersTest, RefusesWhatCannotBeCalledOrShown)
{
    using Paths = std::vector<std::string>;
    auto wish = good();
    for (auto const* issuer : {"", "http://idp.example", "https://10.1.2.3", "https://169.254.169.254/",
                               "https://[::1]", "idp.example", "https://idp.example/?a"}) {
        wish.issuer = issuer;
        EXPECT_EQ(faults_of(wish), Paths{"issuer"}) << issuer;
    }
    wish.issuer = "https://idp.example/" + std::string(1000, 'a');
    EXPECT_EQ(faults_of(wish), Paths{"issuer"});
    NewIdentityProvider const worst{"", "x", "a\nb", Secret{"\xc3\xa4"}};
    EXPECT_EQ(faults_of(worst), (Paths{"label", "issuer", "client_id", "client_secret"}));
    wish = good();
    for (auto const& label : {std::string(101, 'x'), std::string("a\nb"), std::string("\xff")}) {
        wish.label = label;
        EXPECT_EQ(faults_of(wish), Paths{"label"});
    }
    EXPECT_TRUE(rows_.rows.empty());
}

TEST_F(IdentityProvidersTest, AChangeIsCheckedToo)
{
    auto const made = create(good());
    IdentityProviderChange change;
    change.label = "";
    auto const changed = test::run(providers_.change(team_, made->id, std::move(change), {}, deadline()));
    EXPECT_EQ(changed.error().code(), ErrorCode::invalid_argument);
}

} // namespace
} // namespace sluice::identity
