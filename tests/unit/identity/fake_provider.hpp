#pragma once

#include "http_api/client.hpp"
#include "http_api/query.hpp"
#include "support/clock.hpp"
#include "support/fake_client.hpp"
#include "support/id_tokens.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sluice::identity {

constexpr std::string_view kIssuer = "https://idp.example";

/// An OpenID provider as a client sees it. What it answers can be changed at any time.
struct FakeProvider {
    explicit FakeProvider(Clock const& now)
        : clock(now)
    {
    }

    Result<http::IncomingResponse> answer(http::OutgoingRequest const& request)
    {
        ++asked[request.url];
        if (request.url.ends_with("/.well-known/openid-configuration"))
            return test::vendor_answer(document_status, json::to_text(document));
        if (request.url == "https://idp.example/jwks")
            return test::vendor_answer(200, keys);
        if (request.url == "https://idp.example/token") {
            token_request = request;
            return test::vendor_answer(token_status, json::to_text(json::object{{"id_token", id_token()}}));
        }
        return Error{ErrorCode::upstream_unreachable, "unreachable"};
    }
    /// Sends the browser back: the query of the callback.
    http::Query visit(std::string_view url)
    {
        sent = *http::Query::parse(url.substr(url.find('?') + 1));
        return back();
    }
    [[nodiscard]] http::Query back() const
    {
        http::Query query;
        query.add("code", "code 1");
        query.add("state", std::string(sent.find("state").value_or("")));
        return query;
    }

    Clock const& clock;
    json::object document{{"issuer", kIssuer},
                          {"authorization_endpoint", "https://idp.example/authorize"},
                          {"token_endpoint", "https://idp.example/token"},
                          {"jwks_uri", "https://idp.example/jwks"}};
    int document_status = 200;
    int token_status = 200;
    std::string keys = test::jwks({test::provider_key().jwk({{"kid", "a"}})});
    test::SigningKey const* signer = &test::provider_key();
    std::string key_id = "a";
    json::object claims; ///< Those that differ.
    http::Query sent;    ///< The parameters with which the browser came last.
    http::OutgoingRequest token_request;
    std::map<std::string, int> asked; ///< By URL.

private:
    std::string id_token()
    {
        auto const now = std::chrono::duration_cast<std::chrono::seconds>(clock.now().time_since_epoch()).count();
        json::object all{{"iss", kIssuer}, {"aud", "client:1"}, {"sub", "ann"},
                         {"iat", now},     {"exp", now + 300},  {"nonce", sent.find("nonce").value_or("")}};
        for (auto const& [name, value] : claims)
            all[name] = value;
        return signer->sign(json::to_text(json::object{{"alg", "RS256"}, {"kid", key_id}}), json::to_text(all));
    }
};

} // namespace sluice::identity
