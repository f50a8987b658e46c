#pragma once

#include "account.hpp"
#include "pages.hpp"

#include <expected>

namespace sluice::simulator {

/// The filter language of views: calls joined by `&&`, as in
/// `eq(ticket.status, "open") && containsAny(ticket.tags.name, ["vip"])`.
class Filter {
public:
    /// The values of a path for one thing; none for null.
    using Lookup = std::function<std::vector<json::value>(std::string_view path)>;

    using Test = bool (*)(std::vector<json::value> const& found, std::vector<json::value> const& wanted, Timestamp now);

    struct Clause {
        std::string function;
        std::string path;
        std::vector<json::value> values;
        Test test = nullptr;
    };

    /// `{{current_user.id}}` becomes `current_user`. The error says what is wrong.
    [[nodiscard]] static std::expected<Filter, std::string> parse(std::string_view text, Id current_user);

    [[nodiscard]] bool matches(Lookup const& lookup, Timestamp now) const;
    [[nodiscard]] std::vector<Clause> const& clauses() const { return clauses_; }
    /// As the API shows it (`filters_ast`): the tree an ECMAScript parser would make.
    [[nodiscard]] json::object ast() const;

private:
    std::vector<Clause> clauses_;
};

/// Whether a filter may ask for this path.
[[nodiscard]] bool is_filter_path(std::string_view path);
/// A predicate over the tickets, or the customers, of an account.
[[nodiscard]] Predicate ticket_predicate(Account& account, Filter filter);
[[nodiscard]] Predicate customer_predicate(Account& account, Filter filter);
/// Tickets whose subject, customer or messages contain the text.
[[nodiscard]] Predicate search_predicate(Account& account, std::string text);

} // namespace sluice::simulator
