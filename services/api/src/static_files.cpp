#include "static_files.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace sluice::api {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPacked = ".gz"; ///< What the build adds to the name of a compressed file.
constexpr std::size_t kMaxFile = 8 * 1024 * 1024;
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".woff2", "font/woff2"},
    {".map", "application/json"},
    {".ts", "text/plain; charset=utf-8"},
}};

std::string_view type_of(std::string_view name)
{
    for (auto const& [ending, type] : kTypes)
        if (name.ends_with(ending))
            return type;
    return "application/octet-stream";
}

/// Whether `accept-encoding` names gzip with another weight than 0 (RFC 9110 section 12.5.3).
bool takes_gzip(http::Request const& request)
{
    std::string accepted(request.headers.find("accept-encoding").value_or(""));
    std::erase_if(accepted, [](char c) { return c == ' ' || c == '\t'; });
    auto const at = accepted.find("gzip");
    if (at == std::string::npos)
        return false;
    auto const coding = std::string_view(accepted).substr(at, accepted.find(',', at) - at);
    return !coding.starts_with("gzip;q=0") || coding.find_first_of("123456789") != std::string_view::npos;
}

Error nothing_there()
{
    return {ErrorCode::not_found, "There is nothing at this path."};
}

} // namespace

Result<StaticFiles> StaticFiles::load(std::string const& directory)
{
    StaticFiles files;
    if (directory.empty())
        return files;
    std::error_code failure;
    for (fs::recursive_directory_iterator entry(directory, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        if (!entry->is_regular_file() || entry->file_size() > kMaxFile)
            continue;
        std::ifstream file(entry->path(), std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        files.files_.emplace(fs::relative(entry->path(), directory).generic_string(), text.str());
    }
    if (!files.files_.contains("connect.html"))
        return invalid("dashboard.directory", "has no connect.html: build services/dashboard (npm run build)");
    return files;
}

Result<http::Response> StaticFiles::page(std::string_view name, std::string_view frame_origins) const
{
    auto const found = files_.find(name);
    if (found == files_.end())
        return nothing_there();
    http::Response response;
    response.headers.add("content-type", type_of(name));
    response.headers.add("cache-control", "no-store");
    std::string policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; "
                         "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'";
    if (!frame_origins.empty())
        policy.append("; frame-ancestors ").append(frame_origins);
    // For browsers that do not know frame-ancestors.
    if (frame_origins == "'none'")
        response.headers.add("x-frame-options", "DENY");
    response.headers.add("content-security-policy", std::move(policy));
    response.headers.add("referrer-policy", "no-referrer");
    response.headers.add("x-content-type-options", "nosniff");
    response.body = found->second;
    return response;
}

Result<http::Response> StaticFiles::asset(std::string_view name, bool is_hashed, http::Request const& request) const
{
    auto const found = files_.find(name);
    if (found == files_.end() || name.ends_with(kPacked))
        return nothing_there();
    http::Response response;
    auto const* text = &found->second;
    if (auto const packed = files_.find(std::string(name).append(kPacked)); packed != files_.end()) {
        response.headers.add("vary", "accept-encoding");
        if (takes_gzip(request)) {
            response.headers.add("content-encoding", "gzip");
            text = &packed->second;
        }
    }
    response.headers.add("content-type", type_of(name));
    response.headers.add("cache-control", is_hashed ? "public, max-age=31536000, immutable" : "public, max-age=300");
    response.headers.add("x-content-type-options", "nosniff");
    // Browsers fetch modules with CORS. They contain nothing private.
    response.headers.add("access-control-allow-origin", "*");
    response.headers.add("cross-origin-resource-policy", "cross-origin");
    response.body = *text;
    return response;
}

} // namespace sluice::api
