#pragma once

#include "account.hpp"
#include "answer.hpp"
#include "events.hpp"
#include "pages.hpp"
#include "shape.hpp"

namespace sluice::simulator {

struct Call;
using Handler = Outcome (*)(Call&);

/// One operation of the API.
struct Route {
    std::string_view operation;
    http::Method method;
    std::string_view path;
    std::string_view scope; ///< Empty: any credential will do.
    Handler handler;
    std::span<Field const> query = {};
    Field const* body = nullptr;
    bool has_total = false; ///< Its list envelope shows `total_resources`.
};

/// Who is calling.
struct Caller {
    Id user = 0;
    Grant const* grant = nullptr; ///< Null with an API key.

    [[nodiscard]] bool has_scope(std::string_view scope) const;
};

/// An authenticated call whose query and body fit the route.
struct Call {
    World& world;
    Account& account;
    http::Request const& request;
    Route const& route;
    Caller const& caller;
    Timestamp now;
    std::string_view path; ///< Without the account's segment.
    std::vector<std::string> params;
    http::Query query;
    json::value body;

    [[nodiscard]] Id id(std::size_t param = 0) const;
    [[nodiscard]] json::object const& fields() const { return body.get_object(); }
    [[nodiscard]] std::string time() const;
    [[nodiscard]] std::optional<std::string_view> asked(std::string_view name) const { return query.find(name); }
    [[nodiscard]] std::optional<Id> asked_id(std::string_view name) const;
    [[nodiscard]] bool asked_true(std::string_view name) const { return asked(name) == "true"; }
    [[nodiscard]] std::vector<std::string_view> asked_all(std::string_view name) const;
    [[nodiscard]] bool asks_relationship(std::string_view name) const;
    /// Events caused by the caller now.
    [[nodiscard]] Chain chain() { return {account, caller.user, now}; }
    [[nodiscard]] bool is_admin() const;
};

/// Copies the members of `body` named in `names` that were sent.
void take_over(json::object& data, json::object const& body, std::initializer_list<std::string_view> names);
/// The same for times, brought into the vendor's form.
void take_over_times(json::object& data, json::object const& body, std::initializer_list<std::string_view> names);

} // namespace sluice::simulator
