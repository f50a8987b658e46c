#include "catalog/integration.hpp"
#include "support/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace sluice::catalog {
namespace {

using namespace test;

Result<IntegrationPtr> shaped(std::string const& part)
{
    return compile_text(
        replaced(kManifest, "create: {operation: create-ticket}", "create: {operation: create-ticket, " + part + "}"),
        kDocument);
}

TEST(ToolShape, IsReadFromTheMethod)
{
    auto const compiled = shaped("defaults: [{set: {priority: low}}, {when: {priority: high}, set: {assignee: 1}}], "
                                 "unshown: [\"source.to.*.address\"], flat: {to: source.to}, "
                                 "hints: [{arguments: [status, state], text: set it later}]");
    ASSERT_TRUE(compiled) << compiled.error().public_detail();
    auto const& shape = (*compiled)->find("tickets", "create")->shape;
    ASSERT_EQ(shape.defaults.size(), 2U);
    EXPECT_TRUE(shape.defaults[0].when.empty());
    EXPECT_EQ(shape.defaults[0].set, (json::object{{"priority", "low"}}));
    EXPECT_EQ(shape.defaults[1].when, (json::object{{"priority", "high"}}));
    EXPECT_EQ(shape.unshown, std::vector<std::string>{"source.to.*.address"});
    EXPECT_EQ(shape.flat.at("to"), "source.to");
    EXPECT_EQ(shape.hints.at("status"), "set it later");
    EXPECT_EQ(shape.hints.size(), 2U);
}

struct Mistake {
    std::string name;
    std::string part;
    std::string key;
    std::string message;
};

class ToolShapeMistakes : public ::testing::TestWithParam<Mistake> {};

TEST_P(ToolShapeMistakes, AreTold)
{
    auto const compiled = shaped(GetParam().part);
    ASSERT_FALSE(compiled);
    EXPECT_TRUE(std::ranges::any_of(compiled.error().failures(), [](FieldFailure const& failure) {
        return failure.path.ends_with("create." + GetParam().key) && failure.message.contains(GetParam().message);
    })) << compiled.error().public_detail();
}

INSTANTIATE_TEST_SUITE_P(
    All, ToolShapeMistakes,
    ::testing::Values(
        Mistake{"NeedsNothing", "needs: [{at: source, member: x, is: [a], give: []}]", "needs",
                "must be a list of {at"},
        Mistake{"NeedsOfNoTexts", "needs: [{at: source, member: x, is: [a], give: [1]}]", "needs",
                "must be a list of {at"},
        Mistake{"DefaultsOfNoList", "defaults: {set: {priority: low}}", "defaults", "must be a list"},
        Mistake{"DefaultsWithoutSet", "defaults: [{when: {priority: low}}]", "defaults", "{when:"},
        Mistake{"DefaultsWithMore", "defaults: [{set: {priority: low}, if: {}}]", "defaults", "{when:"},
        Mistake{"DefaultOfNoArgument", "defaults: [{set: {colour: red}}]", "defaults", "colour is no argument"},
        Mistake{"DefaultWhenNoArgument", "defaults: [{when: {colour: red}, set: {priority: low}}]", "defaults",
                "colour is no argument"},
        Mistake{"DefaultThatDoesNotFit", "defaults: [{set: {priority: medium}}]", "defaults", "must be one of"},
        Mistake{"DefaultOfAPart", "defaults: [{set: {source.to: []}}]", "defaults", "source.to is no argument"},
        Mistake{"UnshownThatIsNone", "unshown: [colour]", "unshown", "colour is no argument"},
        Mistake{"UnshownMemberThatIsNone", "unshown: [priority, source.cc]", "unshown", "source.cc is no argument"},
        Mistake{"UnshownElementOfNoList", "unshown: [\"priority.*\"]", "unshown", "is no argument"},
        Mistake{"FlatNameThatIsTaken", "flat: {priority: source.to}", "flat.priority", "that no argument has"},
        Mistake{"FlatNameThatIsNone", "flat: {\"a b\": source.to}", "flat.a b", "that no argument has"},
        Mistake{"FlatOfNoMember", "flat: {cc: source.cc}", "flat.cc", "is no member"},
        Mistake{"FlatOfAnArgument", "flat: {level: priority}", "flat.level", "is no member"},
        Mistake{"FlatOfElements", "flat: {to: \"source.to.*\"}", "flat.to", "is no member"},
        Mistake{"FlatThatIsNoText", "flat: {to: 5}", "flat.to", "must be text"},
        Mistake{"HintsOfNoList", "hints: {status: later}", "hints", "must be a list"},
        Mistake{"HintWithoutText", "hints: [{arguments: [status]}]", "hints", "{arguments:"}),
    [](auto const& param) { return param.param.name; });

} // namespace
} // namespace sluice::catalog
