#include "api/hosts.hpp"

#include "base/encoding.hpp"
#include "http_api/url.hpp"

namespace sluice::api {
namespace {

std::string host_of(std::string_view url)
{
    auto const parsed = http::parse_url(url);
    return parsed ? host_name(parsed->authority()) : std::string();
}

} // namespace

std::string host_name(std::string_view host_field)
{
    auto const colon = host_field.rfind(':');
    bool const has_port = colon != std::string_view::npos && host_field.find(']', colon) == std::string_view::npos &&
                          host_field.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
    if (has_port)
        host_field = host_field.substr(0, colon);
    if (host_field.ends_with('.'))
        host_field.remove_suffix(1);
    return to_lower(host_field);
}

Hosts::Hosts(std::string_view public_url, std::string_view mcp_url)
    : public_host_(host_of(public_url))
    , mcp_host_(host_of(mcp_url))
{
    if (mcp_host_.empty() || mcp_host_ == public_host_) {
        public_host_.clear();
        mcp_host_.clear();
    }
}

bool Hosts::serves(std::string_view host_field, bool is_mcp) const
{
    return is_one() || host_name(host_field) == (is_mcp ? mcp_host_ : public_host_);
}

} // namespace sluice::api
