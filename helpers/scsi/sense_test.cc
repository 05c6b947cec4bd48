#include "helpers/scsi/sense.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Sense, ParsesTheFixedFormat) {
  const auto sense =
      Sense::Parse(Bytes{0xf0, 0, 0x06, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x29, 0x07, 0, 0, 0, 0});
  ASSERT_TRUE(sense.ok()) << sense.error().ToString();
  EXPECT_EQ(*sense, (Sense{SenseKey::kUnitAttention, 0x29, 0x07, false}));
  EXPECT_EQ(sense->ToString(), "UNIT ATTENTION, asc 0x29, ascq 0x07");
}

TEST(Sense, ParsesTheDescriptorFormat) {
  const auto sense = Sense::Parse(Bytes{0x73, 0x05, 0x24, 0x01, 0, 0, 0, 0});
  ASSERT_TRUE(sense.ok()) << sense.error().ToString();
  EXPECT_EQ(*sense, (Sense{SenseKey::kIllegalRequest, 0x24, 0x01, true}));
  EXPECT_EQ(sense->ToString(), "ILLEGAL REQUEST, asc 0x24, ascq 0x01, deferred");
}

TEST(Sense, MasksTheFlagsBesideTheSenseKey) {
  // Byte 2 of the fixed format also holds FILEMARK, EOM and ILI.
  EXPECT_EQ(Sense::Parse(Bytes{0x70, 0, 0xe3})->key, SenseKey::kMediumError);
}

TEST(Sense, TreatsBytesBeyondTheAdditionalLengthAsZero) {
  const auto sense = Sense::Parse(Bytes{0x70, 0, 0x02, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0x04, 0x03});
  EXPECT_EQ(*sense, (Sense{SenseKey::kNotReady, 0, 0, false}));
}

TEST(Sense, PrintsAnUnknownKeyAsANumber) {
  EXPECT_EQ(Sense::Parse(Bytes{0x72, 0x0c, 0, 0})->ToString(),
            "sense key 0xc, asc 0x00, ascq 0x00");
}

TEST(Sense, RejectsOtherData) {
  EXPECT_EQ(Sense::Parse(Bytes{}).error().ToString(), "parse sense data: 0 bytes: no data");
  EXPECT_EQ(Sense::Parse(Bytes(18, 0)).error().ToString(),
            "parse sense data: 18 bytes: response code 0x00 is not 0x70 to 0x73");
  EXPECT_EQ(Sense::Parse(Bytes{0x70, 0}).error().ToString(),
            "parse sense data: 2 bytes: the sense key is missing");
  EXPECT_FALSE(Sense::Parse(Bytes{0x72}).ok());
}

}  // namespace
}  // namespace dualpath::scsi
