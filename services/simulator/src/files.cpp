#include "handlers.hpp"
#include "text.hpp"

#include "base/encoding.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace sluice::simulator {
namespace {

/// The limit is not published.
constexpr std::size_t kUploadLimit = 10 * 1024 * 1024;

struct Part {
    std::string_view name;
    std::string_view content_type;
    std::string_view bytes;
};

std::string_view between(std::string_view text, std::string_view before, std::string_view after)
{
    auto const start = text.find(before);
    if (start == std::string_view::npos)
        return {};
    text.remove_prefix(start + before.size());
    return text.substr(0, text.find(after));
}

/// One part of multipart/form-data (RFC 7578): headers, an empty line, bytes. Parts without a file name are not files.
std::optional<Part> part_of(std::string_view text)
{
    auto const end = text.find("\r\n\r\n");
    if (end == std::string_view::npos)
        return std::nullopt;
    auto const headers = text.substr(0, end);
    auto const name = between(headers, "filename=\"", "\"");
    auto type = between(headers, "Content-Type: ", "\r\n");
    if (type.empty())
        type = between(headers, "content-type: ", "\r\n");
    if (name.empty())
        return std::nullopt;
    return Part{name, type.empty() ? "application/octet-stream" : type, text.substr(end + 4)};
}

std::vector<Part> parts_of(std::string_view body, std::string_view boundary)
{
    std::vector<Part> parts;
    auto const delimiter = "--" + std::string(boundary);
    for (auto at = body.find(delimiter); at != std::string_view::npos;) {
        body.remove_prefix(at + delimiter.size());
        at = body.find("\r\n" + delimiter);
        if (at == std::string_view::npos)
            break;
        if (auto const part = part_of(body.substr(0, at)); part)
            parts.push_back(*part);
        at += 2;
    }
    return parts;
}

std::string boundary_of(std::string_view content_type)
{
    auto boundary = between(content_type, "boundary=", ";");
    if (boundary.size() > 1 && boundary.front() == '"')
        boundary = boundary.substr(1, boundary.size() - 2);
    return content_type.starts_with("multipart/form-data") ? std::string(boundary) : std::string{};
}

json::object store(Account& account, Part const& part, std::string_view type)
{
    auto const path = fmt::format("/api/{}/download/{:08x}/{}-{}", type, crc32(account.config.subdomain),
                                  account.sequences.next("file"), percent_encode(part.name));
    account.files[path] = {std::string(part.content_type), std::string(part.bytes), type == "public_attachment"};
    return {{"url", account.url + path},
            {"name", part.name},
            {"size", part.bytes.size()},
            {"content_type", part.content_type}};
}

} // namespace

Outcome upload_files(Call& call)
{
    auto const boundary = boundary_of(call.request.headers.find("content-type").value_or(""));
    if (boundary.empty())
        return Refusal{.status = 400, .msg = "Content-Type must be multipart/form-data."};
    if (call.request.body.size() > kUploadLimit)
        return too_large("The file is too large.");
    auto const parts = parts_of(call.request.body, boundary);
    if (parts.empty())
        return invalid_field("file", "Missing data for required field.");
    json::array files;
    for (auto const& part : parts)
        files.push_back(store(call.account, part, call.asked("type").value_or("attachment")));
    return http::json_response(201, files);
}

Outcome download_file(Call& call)
{
    auto const found = call.account.files.find(call.path);
    if (found == call.account.files.end())
        return not_found();
    http::Response response;
    response.headers.add("content-type", found->second.content_type);
    response.body = found->second.bytes;
    return response;
}

} // namespace sluice::simulator
