#pragma once

#include "base/encoding.hpp"
#include "crypto/password_hash.hpp"
#include "crypto/totp.hpp"
#include "identity/sign_in.hpp"
#include "identity/users.hpp"
#include "support/fake_sign_in.hpp"
#include "support/log_file.hpp"
#include "support/run.hpp"
#include "support/steady_clock.hpp"

#include <gtest/gtest.h>

namespace sluice::identity {

using namespace std::chrono_literals;

/// A team with people, and what signs them in. Time stands still.
class PeopleTest : public ::testing::Test {
protected:
    static inline std::string const kPassword = "a long winter walk";

    PeopleTest()
    {
        team_ = people_.add_team("acme");
        auto& ann = people_.add(team_, "Ann@example.com", tenancy::Role::owner);
        ann.password = hashed();
        ann_ = ann.user.id;
    }

    static constexpr crypto::HashCost kCheap{.memory_kib = 8, .passes = 1};
    static std::string const& hashed()
    {
        static auto const made = crypto::hash_password(Secret{kPassword}, kCheap);
        return made;
    }
    static Deadline soon() { return Deadline::after(30s); }

    /// Runs a coroutine to its end, and what it leaves behind.
    template <class T>
    T run(Task<T> task)
    {
        auto result = test::run_on(io_, std::move(task));
        io_.restart();
        io_.run();
        return result;
    }

    SignIn made_sign_in(Mailer* mailer = nullptr)
    {
        return SignIn({attempts_, users_, sessions_, links_, hasher_, gate_, keyring_, clock_, mailer, behind_,
                       metrics_, log_.log()},
                      {"https://sluice.example", 24h * 7});
    }
    Users made_users(Mailer* mailer = nullptr)
    {
        return Users({users_, sessions_, links_, attempts_, hasher_, keyring_, clock_, mailer, log_.log()},
                     "https://sluice.example");
    }

    Client client(std::string address = "192.0.2.1", Secret device = {})
    {
        // Half a minute, so that only the test of the rate meets it.
        steady_.advance(30s);
        return {std::move(address), "Firefox", "req_1", std::move(device)};
    }
    Result<Opened> sign_in(PasswordSignIn entered, Client from)
    {
        return run(sign_in_.with_password(std::move(entered), std::move(from), soon()));
    }
    Result<Opened> sign_in(std::string password, Secret device = {}, std::optional<Secret> code = std::nullopt)
    {
        return sign_in({"acme", "ann@example.com", Secret{std::move(password)}, std::move(code)},
                       client("192.0.2.1", std::move(device)));
    }
    /// `times` wrong passwords.
    void guess(int times, Secret const& device = {})
    {
        for (int i = 0; i < times; ++i)
            EXPECT_FALSE(sign_in("wrong password " + std::to_string(i), device));
    }

    /// Gives Ann a confirmed second factor.
    Secret with_second_factor()
    {
        auto secret = crypto::new_totp_secret();
        people_.row(team_, ann_)->factor = SecondFactor{secret, true, 0};
        return secret;
    }
    [[nodiscard]] Secret code_of(Secret const& secret) const
    {
        return Secret{crypto::totp_code(secret, crypto::totp_step(clock_.now()))};
    }
    /// A link as `links_` knows it; gives its secret.
    Secret linked(LinkKind kind, crypto::TokenKind token, bool clears_second_factor = false)
    {
        auto secret = crypto::mint_token(keyring_, token);
        people_.links.push_back({NewLink{kind, crypto::hash_token(keyring_, secret.reveal()),
                                         clock_.now() + lifetime_of(kind), clears_second_factor},
                                 team_, ann_});
        return secret;
    }

    asio::io_context io_{1};
    test::LogFile log_;
    test::FakeClock clock_;
    test::FakeSteadyClock steady_;
    test::FakeChanges changes_;
    test::People people_{clock_, changes_};
    test::FakeUsers users_{people_};
    test::FakeSessions sessions_{people_};
    test::FakeLinks links_{people_};
    test::FakeAttempts attempts_{people_};
    test::FakeMailer mailer_;
    crypto::Keyring keyring_ = crypto::Keyring::generate();
    tenancy::SecretGate gate_{keyring_, {}, steady_};
    telemetry::Registry registry_;
    SignInMetrics metrics_{registry_};
    PasswordHasherMetrics hasher_metrics_{registry_};
    PasswordHasher hasher_{hasher_metrics_, kCheap};
    TaskGroup behind_{io_, 8, log_.log(), "test"};
    SignIn sign_in_ = made_sign_in();
    TeamId team_;
    UserId ann_;
};

} // namespace sluice::identity
