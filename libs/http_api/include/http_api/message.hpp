#pragma once

#include "base/json.hpp"
#include "http_api/headers.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace sluice::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view name_of(Method method) noexcept;
[[nodiscard]] Method method_of(std::string_view name) noexcept;
/// GET and HEAD: may be stopped, repeated and redirected without effect (RFC 9110 section 9.2.1).
[[nodiscard]] bool is_safe(Method method) noexcept;

/// A request as received, its body complete and within the limit of its route.
struct Request {
    Method method = Method::get;
    /// As on the request line: path and query, still percent-encoded.
    std::string target;
    Headers headers;
    std::string body;

    [[nodiscard]] std::string_view path() const noexcept;
    /// Without the question mark; empty if there is none.
    [[nodiscard]] std::string_view query() const noexcept;
};

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
};

[[nodiscard]] std::string_view reason_of(int status) noexcept;

/// An answer with `content-type: application/json`.
[[nodiscard]] Response json_response(int status, std::string body);
[[nodiscard]] Response json_response(int status, json::value const& body);

} // namespace sluice::http
