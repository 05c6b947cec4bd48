#include "helpers/scsi/host_byte.h"

#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

TEST(HostByte, PrintsTheKernelsNames) {
  EXPECT_EQ(ToString(HostByte::kOk), "DID_OK");
  EXPECT_EQ(ToString(HostByte::kNoConnect), "DID_NO_CONNECT");
  EXPECT_EQ(ToString(HostByte::kTransportDisrupted), "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(ToString(HostByte::kTargetFailure), "DID_TARGET_FAILURE");
  EXPECT_EQ(ToString(HostByte::kTransportMarginal), "DID_TRANSPORT_MARGINAL");
  EXPECT_EQ(ToString(static_cast<HostByte>(0x15)), "host byte 0x15");
}

TEST(HostByte, IsParsedFromNameOrNumber) {
  EXPECT_EQ(ParseHostByte("DID_NO_CONNECT"), HostByte::kNoConnect);
  EXPECT_EQ(ParseHostByte("0x10"), HostByte::kTargetFailure) << "older kernels do not name it";
  EXPECT_EQ(ParseHostByte("14"), HostByte::kTransportDisrupted);
  for (const char* wrong : {"", "DID_", "DID_NOTHING", "0x", "0x1g", "-1", "1 "}) {
    EXPECT_EQ(ParseHostByte(wrong), std::nullopt) << wrong;
  }
}

TEST(SamStatus, IsParsedFromNameOrNumber) {
  EXPECT_EQ(ParseSamStatus("SAM_STAT_GOOD"), ScsiStatus::kGood);
  EXPECT_EQ(ParseSamStatus("SAM_STAT_CHECK_CONDITION"), ScsiStatus::kCheckCondition);
  EXPECT_EQ(ParseSamStatus("SAM_STAT_RESERVATION_CONFLICT"), ScsiStatus::kReservationConflict);
  EXPECT_EQ(ParseSamStatus("0x22"), static_cast<ScsiStatus>(0x22));
  EXPECT_EQ(ToString(*ParseSamStatus("0x22")), "status 0x22");
  EXPECT_EQ(ParseSamStatus("GOOD"), std::nullopt) << "not the kernel's name";
  EXPECT_EQ(ParseSamStatus("SAM_STAT_"), std::nullopt);
}

}  // namespace
}  // namespace dualpath::scsi
