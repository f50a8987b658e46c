#pragma once

#include "http_api/query.hpp"
#include "support/fake_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <string>
#include <string_view>

namespace sluice::proxy {

/// A request for a page, as a vendor reads it.
class Asked {
public:
    explicit Asked(http::OutgoingRequest const& request)
        : request_(request)
        , query_(*http::Query::parse(request.url.find('?') == std::string::npos
                                         ? std::string_view()
                                         : std::string_view(request.url).substr(request.url.find('?') + 1)))
        , body_(json::parse(request.body.empty() ? "{}" : request.body).value())
    {
    }

    [[nodiscard]] std::string text(std::string_view name) const { return std::string(query_.find(name).value_or("")); }
    [[nodiscard]] std::int64_t number(std::string_view name, std::int64_t fallback) const
    {
        return number_in(text(name), fallback);
    }
    [[nodiscard]] json::value const* member(std::string_view path) const { return json::find_path(body_, path); }
    [[nodiscard]] std::string header(std::string_view name) const
    {
        return std::string(request_.headers.find(name).value_or(""));
    }
    [[nodiscard]] std::string path() const
    {
        auto const rest = request_.url.substr(request_.url.find('/', 8));
        return rest.substr(0, rest.find('?'));
    }
    [[nodiscard]] static std::int64_t number_in(std::string_view text, std::int64_t fallback)
    {
        std::int64_t number = fallback;
        std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }

private:
    http::OutgoingRequest const& request_;
    http::Query query_;
    json::value body_;
};

/// A part of a list whose records have the ids 1 to `all`.
struct Slice {
    std::int64_t from = 0; ///< Records before it.
    std::int64_t count = 0;
    std::int64_t all = 0;

    Slice(std::int64_t begin, std::int64_t wanted, std::int64_t whole)
        : from(std::clamp<std::int64_t>(begin, 0, whole))
        , count(std::clamp<std::int64_t>(wanted, 0, whole - from))
        , all(whole)
    {
    }
    [[nodiscard]] std::int64_t end() const { return from + count; }
    [[nodiscard]] bool is_last() const { return end() >= all; }
    [[nodiscard]] std::string records() const
    {
        std::string text = "[";
        for (auto id = from + 1; id <= end(); ++id)
            text += fmt::format("{}{{\"id\":{}}}", id == from + 1 ? "" : ",", id);
        return text + ']';
    }
    /// An answer with the records as `data`, and further members.
    [[nodiscard]] http::IncomingResponse answer(std::string_view more = {}) const
    {
        return test::vendor_answer(200, fmt::format(R"({{"data":{}{}{}}})", records(), more.empty() ? "" : ",", more));
    }
    /// An answer that is the records, with a header.
    [[nodiscard]] http::IncomingResponse bare(std::string_view name = {}, std::string_view value = {}) const
    {
        auto response = test::vendor_answer(200, records());
        if (!name.empty())
            response.headers.add(name, value);
        return response;
    }
};

/// One way in which a vendor gives its list, and the definition's `pagination` for it.
struct ListVendor {
    std::string name;
    std::string pagination;
    std::function<http::IncomingResponse(Asked const&, std::int64_t all)> answer;
    bool gives_what_is_asked = true; ///< Every page but the last has as many records as it was asked for.
    bool is_search = false;          ///< The page is asked for in the body.
};

[[nodiscard]] std::vector<ListVendor> list_vendors();

} // namespace sluice::proxy
