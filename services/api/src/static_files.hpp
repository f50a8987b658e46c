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
    /// Loads the pages of `directory` (the `dist` of services/dashboard); no pages if `directory` is empty. Errors:
    /// invalid_argument if it cannot be read or has no `connect.html`.
    [[nodiscard]] static Result<StaticFiles> load(std::string const& directory);

    /// A page, with headers that protect its reader. Only `frame_origins` (separated by blanks) may show it in a frame;
    /// if empty, every site may. Errors: not_found.
    [[nodiscard]] Result<http::Response> page(std::string_view name, std::string_view frame_origins) const;
    /// A script or style, compressed if `request` takes gzip and the build has it so. `is_hashed` means that its name
    /// changes with its content. Errors: not_found.
    [[nodiscard]] Result<http::Response> asset(std::string_view name, bool is_hashed,
                                               http::Request const& request) const;

private:
    std::map<std::string, std::string, std::less<>> files_; ///< The texts by path below the directory.
};

} // namespace sluice::api
