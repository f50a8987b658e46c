#include "catalog/method_config.hpp"

#include "error_picks.hpp"
#include "fixed_headers.hpp"
#include "mapping.hpp"
#include "pagination.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <vector>

namespace sluice::catalog {
namespace {

constexpr std::string_view kRoot = "methodConfig";

/// What only the definition and the account decide.
constexpr std::array<std::string_view, 9> kNever{"base_url",    "url",        "host",    "path",  "authorization",
                                                 "credentials", "credential", "context", "method"};

/// The mistakes with the paths of the request: a document's have the name of its file before them.
std::vector<FieldFailure> failures_of(documents::Problems& problems)
{
    auto failures = problems.take();
    for (auto& failure : failures)
        failure.path.erase(0, failure.path.find(kRoot));
    return failures;
}

} // namespace

Result<void> apply_method_config(json::object const& config, Method& method)
{
    auto const source = documents::source_of("request", config);
    documents::Problems problems;
    for (auto const name : kNever)
        if (config.contains(name))
            problems.add(source, documents::join_path(kRoot, name),
                         "is decided by the integration and the account: it cannot be set by a request");
    if (!problems.empty())
        return Error{failures_of(problems)};
    {
        Mapping mapping(source, &source.root, std::string(kRoot), problems);
        method.headers = read_fixed_headers(mapping, std::move(method.headers), source, problems);
        method.error_when = read_error_expression(mapping, source, std::move(method.error_when), problems);
        if (auto const* pagination = mapping.find("pagination"); pagination != nullptr && !pagination->is_null()) {
            method.pagination = read_pagination(pagination, source, mapping.at("pagination"), problems);
            method.paginated = true;
            if (method.pagination.style == nullptr)
                mapping.problem("pagination", "must name a format with pages; for an answer as it is, leave it out");
        }
    }
    if (!problems.empty())
        return Error{failures_of(problems)};
    return {};
}

} // namespace sluice::catalog
