#pragma once

#include "base/result.hpp"
#include "http_api/message.hpp"

#include <map>
#include <string>
#include <string_view>

namespace sluice::api {

/// The built web pages, read once at the start. Immutable; thread-safe.
class StaticFiles {
public:
    /// The pages of `directory` (services/dashboard's dist); none if it is empty. Errors: invalid_argument if it cannot
    /// be read or has no `connect.html`.
    [[nodiscard]] static Result<StaticFiles> load(std::string const& directory);

    /// A page with the headers that keep it from being used against its reader. Only pages of `frame_origins` (joined
    /// by blanks) may show it in a frame; any may if it is empty. Errors: not_found.
    [[nodiscard]] Result<http::Response> page(std::string_view name, std::string_view frame_origins) const;
    /// A script or style. `is_hashed`: its name changes with its content. Errors: not_found.
    [[nodiscard]] Result<http::Response> asset(std::string_view name, bool is_hashed) const;

private:
    std::map<std::string, std::string, std::less<>> files_; ///< By path below the directory.
};

} // namespace sluice::api
