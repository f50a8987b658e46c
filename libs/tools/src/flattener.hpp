#pragma once

#include "catalog/integration.hpp"
#include "documents/source.hpp"
#include "tools/tool.hpp"

#include <string>

namespace sluice::tools {

/// Builds the flat input schema of one tool: path, query and body members are arguments beside one another.
class Flattener {
public:
    /// All must outlive it. The arguments are added to `tool`, mistakes to `problems`.
    Flattener(Tool& tool, documents::Problems& problems, documents::Source const& place);

    void add_parameters(catalog::Method const& method);
    /// A `query_schema` of documentation replaces the operation's query parameters.
    void add_query_schema(json::object const& schema);
    /// `body` is the method's, or the one by which documentation replaces it.
    void add_body(catalog::Method const& method, catalog::BodyShape const& body);
    void add_paging(catalog::Pagination const& pagination);
    /// Every write takes `dry_run`, unless the vendor's method has an argument of that name.
    void add_dry_run();
    /// Every read takes `fields`, unless the vendor's method has an argument of that name.
    void add_fields();
    /// Gives the arguments the form that the definition wants. After the vendor's arguments were added. A tool that
    /// `replaces` members takes `clear`: from clients null is absent, so what is to be emptied is named.
    void shape(catalog::ToolShape const& shape, bool replaces);

    [[nodiscard]] json::object schema() const;

private:
    void for_each_property(json::object const& schema, auto const& each);
    void add(std::string name, Argument argument, json::value const& schema);
    void remove(std::string const& name);
    void add_flat(std::string const& name, std::string const& path);
    void add_clear();

    Tool& tool_;
    documents::Problems& problems_;
    documents::Source const& place_;
    json::object properties_;
};

} // namespace sluice::tools
