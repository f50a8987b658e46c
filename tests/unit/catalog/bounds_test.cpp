// A definition is foreign input: it may not cost more than it weighs.
#include "support/desk.hpp"

#include <gtest/gtest.h>

namespace sluice::catalog {
namespace {

TEST(CompileBounds, StopReferencesThatDoubleAtEachStep)
{
    auto document = test::replaced(test::kDocument, "#/components/schemas/Source", "#/components/schemas/S0");
    for (int i = 0; i < 40; ++i)
        document += "    S" + std::to_string(i) + ": {type: object, properties: {a: {$ref: \"#/components/schemas/S" +
                    std::to_string(i + 1) + "\"}, b: {$ref: \"#/components/schemas/S" + std::to_string(i + 1) +
                    "\"}}}\n";
    EXPECT_FALSE(test::compile_text(test::kManifest, document));
}

} // namespace
} // namespace sluice::catalog
