#include "base/id.hpp"

#include <gtest/gtest.h>

#include <set>

namespace sluice {
namespace {

TEST(Id, PrintsAndReadsTheVectorOfTheTypeIdSpecification)
{
    auto const uuid = uuid_from_hex("01890a5d-ac96-774b-bcce-b302099a8057");
    ASSERT_TRUE(uuid);
    EXPECT_EQ(IntegratedAccountId{*uuid}.str(), "ia_01h455vb4pex5vsknk084sn02q");
    EXPECT_EQ(IntegratedAccountId::parse("ia_01h455vb4pex5vsknk084sn02q"), IntegratedAccountId{*uuid});
}

TEST(Id, RefusesWhatIsNoIdOfItsKind)
{
    for (auto const* text :
         {"", "ia_", "env_01h455vb4pex5vsknk084sn02q", "ia_01H455VB4PEX5VSKNK084SN02Q", "ia_81h455vb4pex5vsknk084sn02q",
          "ia_01h455vb4pex5vsknk084sn02", "ia-01h455vb4pex5vsknk084sn02q", "ia_01h455vb4pex5vsknk084sn0iq",
          "01890a5d-ac96-774b-bcce-b302099a8057"})
        EXPECT_FALSE(IntegratedAccountId::parse(text)) << text;
}

TEST(Id, OfLaterTimesSortsLater)
{
    auto const start = std::chrono::system_clock::time_point{std::chrono::seconds(1'795'176'000)};
    EXPECT_LT(IntegratedAccountId{uuid_v7(start)}, IntegratedAccountId{uuid_v7(start + std::chrono::milliseconds(1))});
}

TEST(Id, OfOneMillisecondDiffer)
{
    std::set<Uuid> seen;
    for (int i = 0; i < 1000; ++i)
        seen.insert(uuid_v7({}));
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(Id, OfANameIsTheSameEverywhere)
{
    EXPECT_EQ(to_hex(uuid_of_name("gorgias")), to_hex(uuid_of_name("gorgias")));
    EXPECT_NE(uuid_of_name("gorgias"), uuid_of_name("zendesk"));
    EXPECT_EQ(to_hex(uuid_of_name("x"))[14], '8');
}

} // namespace
} // namespace sluice
