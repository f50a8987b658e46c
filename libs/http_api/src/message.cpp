#include "http_api/message.hpp"

#include "base/encoding.hpp"

#include <array>
#include <utility>

namespace sluice::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{{Method::get, "GET"},
                                                                       {Method::head, "HEAD"},
                                                                       {Method::post, "POST"},
                                                                       {Method::put, "PUT"},
                                                                       {Method::patch, "PATCH"},
                                                                       {Method::delete_, "DELETE"},
                                                                       {Method::options, "OPTIONS"}}};

} // namespace

std::string_view name_of(Method method) noexcept
{
    for (auto const& [value, name] : kMethods)
        if (value == method)
            return name;
    return "OTHER";
}

Method method_of(std::string_view name) noexcept
{
    for (auto const& [value, known] : kMethods)
        if (known == name)
            return value;
    return Method::other;
}

bool is_safe(Method method) noexcept
{
    return method == Method::get || method == Method::head;
}

std::string_view Request::path() const noexcept
{
    return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const noexcept
{
    auto const mark = target.find('?');
    return mark == std::string::npos ? std::string_view{} : std::string_view(target).substr(mark + 1);
}

std::string_view bearer_of(Request const& request)
{
    constexpr std::string_view kScheme = "bearer ";
    auto const value = request.headers.find("authorization").value_or("");
    bool const is_bearer = value.size() > kScheme.size() && iequals(value.substr(0, kScheme.size()), kScheme);
    return is_bearer ? value.substr(kScheme.size()) : std::string_view{};
}

std::string_view reason_of(int status) noexcept
{
    switch (status) {
    case 102:
        return "Processing";
    case 103:
        return "Early Hints";
    case 200:
        return "OK";
    case 201:
        return "Created";
    case 202:
        return "Accepted";
    case 204:
        return "No Content";
    case 207:
        return "Multi-Status";
    case 301:
        return "Moved Permanently";
    case 302:
        return "Found";
    case 303:
        return "See Other";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 405:
        return "Method Not Allowed";
    case 406:
        return "Not Acceptable";
    case 408:
        return "Request Timeout";
    case 409:
        return "Conflict";
    case 413:
        return "Payload Too Large";
    case 414:
        return "URI Too Long";
    case 415:
        return "Unsupported Media Type";
    case 421:
        return "Misdirected Request";
    case 422:
        return "Unprocessable Entity";
    case 429:
        return "Too Many Requests";
    case 431:
        return "Request Header Fields Too Large";
    case 500:
        return "Internal Server Error";
    case 501:
        return "Not Implemented";
    case 502:
        return "Bad Gateway";
    case 503:
        return "Service Unavailable";
    case 504:
        return "Gateway Timeout";
    case 505:
        return "HTTP Version Not Supported";
    default:
        break;
    }
    if (status < 300)
        return "Success";
    if (status < 400)
        return "Redirection";
    return status < 500 ? "Client Error" : "Server Error";
}

void stream_from(Response& response, std::shared_ptr<BodySource> source)
{
    response.stream_size = source->size();
    response.stream = [source = std::move(source)](BodySink& sink) -> Task<void> {
        sink.when_gone([source] { source->cancel(); });
        for (;;) {
            auto piece = co_await source->read();
            if (!piece)
                co_return sink.abort();
            if (piece->empty())
                co_return;
            if (!co_await sink.write(*std::move(piece)))
                co_return source->cancel();
        }
    };
}

Response json_response(int status, std::string body)
{
    Response response;
    response.status = status;
    // Room for the usual headers of an answer: limits, request id, timing.
    response.headers.reserve(10, 384);
    response.headers.add("content-type", "application/json");
    response.body = std::move(body);
    return response;
}

Response json_response(int status, json::value const& body)
{
    return json_response(status, boost::json::serialize(body));
}

} // namespace sluice::http
