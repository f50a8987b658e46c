#include "templates.hpp"

namespace sluice::catalog {

bool is_within(std::string_view path, std::string_view root)
{
    if (!path.starts_with(root))
        return false;
    auto const rest = path.substr(root.size());
    return root.ends_with('.') ? !rest.empty() : rest.empty() || rest.starts_with('.');
}

ValueTemplate read_template(json::value const& value, documents::Source const& source, std::string const& path,
                            std::vector<std::string> const& roots, documents::Problems& problems)
{
    auto parsed = ValueTemplate::parse(value);
    if (!parsed) {
        for (auto const& failure : parsed.error().failures())
            problems.add(source, documents::join_path(path, failure.path), failure.message);
        return {};
    }
    for (auto const& read : parsed->paths())
        if (std::ranges::none_of(roots, [&](auto const& root) { return is_within(read, root); }))
            problems.add(source, path,
                         fmt::format("reads {}, which is not there; there are {}", read, fmt::join(roots, ", ")));
    return *std::move(parsed);
}

MethodCall read_call(Mapping& mapping, documents::Source const& source, Integration const& integration,
                     std::vector<std::string> const& roots, documents::Problems& problems)
{
    MethodCall call;
    auto const name = mapping.text("method", true);
    auto const dot = name.find('.');
    auto const* method =
        dot == std::string::npos ? nullptr : integration.find(name.substr(0, dot), name.substr(dot + 1));
    if (method != nullptr) {
        call.resource = method->resource;
        call.method = method->name;
    } else if (!name.empty()) {
        mapping.problem("method", "names no method; write resource.method");
    }
    auto const* arguments = mapping.find("arguments");
    if (arguments != nullptr && !arguments->is_object())
        mapping.problem("arguments", "must be a mapping");
    else if (arguments != nullptr)
        call.arguments = read_template(*arguments, source, mapping.at("arguments"), roots, problems);
    return call;
}

} // namespace sluice::catalog
