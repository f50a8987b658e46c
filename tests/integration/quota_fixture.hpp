#pragma once

#include "recount.hpp"
#include "store_fixture.hpp"
#include "tenancy/quotas.hpp"

#include <fmt/format.h>

#include <string>

namespace sluice::store {

using tenancy::Quota;

/// Makes rows of each kind that has a quota, in one environment, by a store with small quotas.
class QuotaTest : public StoreTest {
protected:
    static constexpr std::int64_t kMost = 3;

    static tenancy::QuotaConfig all_at(std::int64_t rows)
    {
        tenancy::QuotaConfig quotas;
        for (auto const& traits : tenancy::kQuotas)
            quotas.of(traits.quota) = rows;
        return quotas;
    }
    [[nodiscard]] tenancy::QuotaUse use_of(Quota quota, EnvironmentId in)
    {
        return must(test::run(limited_.tenancy().quotas(in, soon()))).at(static_cast<std::size_t>(quota));
    }
    [[nodiscard]] tenancy::QuotaUse use_of(Quota quota) { return use_of(quota, in_); }
    [[nodiscard]] std::int64_t used(Quota quota) { return use_of(quota).used; }
    void allow(Quota quota, std::optional<std::int64_t> rows)
    {
        must(test::run(store_.tenancy().set_quota(in_, quota, rows, {}, soon())));
    }

    /// One more row of that kind; the error says why not.
    Result<void> make(Quota quota);
    /// Makes rows until one is refused. What refused it.
    Error fill(Quota quota)
    {
        for (;;)
            if (auto const made = make(quota); !made)
                return made.error();
    }

    Result<Account> make_account()
    {
        Account made = account_;
        made.id = {};
        return test::run(limited_.accounts().create(made, {{}, {{"api_key", "x"}}}, {}, soon()));
    }
    Result<events::Webhook> make_webhook()
    {
        events::Webhook made;
        made.environment = in_;
        made.target_url = "https://receiver.example/";
        return test::run(limited_.webhooks().create(made, Secret{"secret"}, {}, soon()));
    }
    Result<accounts::DocumentationRow> make_document(std::string const& method)
    {
        accounts::DocumentationRow made;
        made.environment = in_;
        made.entity_type = "integration";
        made.entity_id = catalog::builtin_id("gorgias").uuid();
        made.resource = "tickets";
        made.method = method;
        made.type = "description";
        made.format = "text";
        made.value = "Ours.";
        return test::run(limited_.documentation().create(made, {}, soon()));
    }
    Result<safeguards::KeyedRequest> make_request(std::string const& key)
    {
        safeguards::RequestKey const made{in_, account_.id, crypto::sha256(key), crypto::sha256("content")};
        return test::run(limited_.keyed_requests().take(made, std::chrono::seconds(60), soon()));
    }
    Result<safeguards::WriteCall> ask(std::string const& call)
    {
        safeguards::Approval approval;
        approval.id = ApprovalId{uuid_v7(clock_.now())};
        approval.code = "ABCDEFGH";
        approval.environment = in_;
        approval.server = server_.id;
        approval.account = account_.id;
        approval.tool = "tool";
        approval.ends_at = clock_.now() + std::chrono::hours(1);
        return test::run(limited_.write_calls().ask({in_, server_.id, crypto::sha256(call)}, approval, soon()));
    }
    Result<safeguards::WriteCall> take(std::string const& call)
    {
        return test::run(limited_.write_calls().take({in_, server_.id, crypto::sha256(call)}, account_.id, "tool",
                                                     false, std::chrono::seconds(60), soon()));
    }
    Result<void> open_stream()
    {
        return test::run(
            limited_.streams().open(uuid_of_name(next()), in_, server_.id, uuid_of_name("replica"), soon()));
    }
    std::string next() { return fmt::format("n{}", ++number_); }
    crypto::TokenHash next_hash() { return crypto::hash_token(keyring_, next()); }

    [[nodiscard]] std::string miscounted() const { return database_.value(kMiscounted); }

    EnvironmentId const in_ = environment("t", "e");
    Account const account_ = account(in_);
    mcp::McpServer const server_ = server(account_);
    Store limited_{pool_, keyring_, clock_, no_caches_, all_at(kMost)};

private:
    Result<void> make_destination();
    Result<void> make_server();
    Result<void> make_link();
    Result<void> make_connection();
    Result<void> make_account_token();

    int number_ = 0;
};

template <class T>
Result<void> without(Result<T> const& made)
{
    return made ? Result<void>{} : Result<void>(made.error());
}

inline Result<void> QuotaTest::make_destination()
{
    events::Destination made;
    made.environment = in_;
    made.label = "chat";
    made.masked_url = "https://chat.example/…";
    return without(test::run(limited_.destinations().create(made, Secret{"https://chat.example/x"}, {}, soon())));
}

inline Result<void> QuotaTest::make_server()
{
    auto made = server_;
    made.id = {};
    return without(test::run(limited_.servers().create(made, next_hash(), {}, soon())));
}

inline Result<void> QuotaTest::make_link()
{
    connecting::LinkToken made;
    made.environment = in_;
    made.tenant_id = "acme";
    made.expires_at = clock_.now() + std::chrono::hours(1);
    return without(test::run(limited_.connections().create_link(made, next_hash(), {}, soon())));
}

inline Result<void> QuotaTest::make_connection()
{
    connecting::Connection made;
    made.environment = in_;
    made.tenant_id = "acme";
    made.environment_integration = account_.environment_integration;
    made.authentication_method = "oauth2";
    made.expires_at = clock_.now() + std::chrono::hours(1);
    return without(test::run(limited_.connections().create(made, next_hash(), {}, soon())));
}

inline Result<void> QuotaTest::make_account_token()
{
    accounts::AccountToken const made{in_, account_.id, clock_.now() + std::chrono::minutes(15)};
    return without(test::run(limited_.account_tokens().create(made, next_hash(), {}, soon())));
}

inline Result<void> QuotaTest::make(Quota quota)
{
    switch (quota) {
    case Quota::accounts:
        return without(make_account());
    case Quota::mcp_servers:
        return make_server();
    case Quota::webhooks:
        return without(make_webhook());
    case Quota::notification_destinations:
        return make_destination();
    case Quota::documents:
        return without(make_document(next()));
    case Quota::link_tokens:
        return make_link();
    case Quota::connections:
        return make_connection();
    case Quota::account_tokens:
        return make_account_token();
    case Quota::api_tokens:
        return without(test::run(limited_.api_tokens().create(in_, {.name = next()}, next_hash(), {}, soon())));
    case Quota::approvals:
        return without(ask(next()));
    case Quota::write_calls:
        return without(take(next()));
    case Quota::keyed_requests:
        return without(make_request(next()));
    case Quota::streams:
        return open_stream();
    }
    return Error{ErrorCode::internal, "no such quota"};
}

} // namespace sluice::store
