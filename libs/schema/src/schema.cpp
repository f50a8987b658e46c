#include "schema/schema.hpp"

#include "check.hpp"
#include "lenient.hpp"
#include "rules.hpp"

namespace sluice::schema {
struct Schema::Impl {
    Node root;
};

Schema::Schema() = default;
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<Schema> Schema::compile(json::value const& schema)
{
    Schema result;
    std::string mistake;
    result.impl_ = std::make_unique<Impl>(Impl{compile_rules(schema, mistake)});
    if (!mistake.empty())
        return invalid("", "is not a valid JSON Schema: " + mistake);
    return result;
}

std::vector<FieldFailure> Schema::validate(json::value const& value) const
{
    return check(impl_->root, value);
}

void Schema::drop_nulls(json::object& members) const
{
    schema::drop_nulls(impl_->root, members);
}

void Schema::convert(json::value& value) const
{
    schema::convert(impl_->root, value);
}

} // namespace sluice::schema
