#include "helpers/scsi/completion.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::scsi {
namespace {

Completion Read() {
  Completion completion;
  completion.command = "READ(10)";
  completion.start = std::chrono::seconds(7);
  completion.end = completion.start + std::chrono::milliseconds(12);
  return completion;
}

TEST(Completion, IsOkIfNoLayerReportsAnError) {
  Completion completion = Read();
  completion.data = {1, 2};
  completion.residual = 4094;
  EXPECT_TRUE(completion.Ok()) << "a residual is not an error";
  EXPECT_EQ(completion.ToString(),
            "READ(10): GOOD, DID_OK; 2 bytes in; residual 4094 after 0.012 s");
}

TEST(Completion, FailsIfAnyLayerReportsAnError) {
  Completion ioctl = Read();
  ioctl.error_number = ENODEV;
  EXPECT_FALSE(ioctl.Ok());
  EXPECT_EQ(ioctl.ToString(),
            "READ(10): SG_IO failed with No such device (errno 19) after 0.012 s");
  Completion host = Read();
  host.host_byte = HostByte::kTransportDisrupted;
  host.data.resize(512);
  EXPECT_FALSE(host.Ok());
  EXPECT_EQ(host.ToString(), "READ(10): GOOD, DID_TRANSPORT_DISRUPTED after 0.012 s");
  Completion driver = Read();
  driver.driver_byte = 6;
  EXPECT_FALSE(driver.Ok());
  EXPECT_EQ(driver.ToString(), "READ(10): GOOD, DID_OK, driver byte 0x06 after 0.012 s");
  Completion device = Read();
  device.status = ScsiStatus::kReservationConflict;
  EXPECT_FALSE(device.Ok());
  EXPECT_EQ(device.ToString(), "READ(10): RESERVATION CONFLICT, DID_OK after 0.012 s");
}

TEST(Completion, ParsesSenseData) {
  Completion completion = Read();
  completion.status = ScsiStatus::kCheckCondition;
  completion.driver_byte = 8;
  completion.SetSense({0x72, 0x05, 0x21, 0x00, 0, 0, 0, 0});
  EXPECT_EQ(completion.sense, (Sense{SenseKey::kIllegalRequest, 0x21, 0x00, false}));
  EXPECT_EQ(completion.ToString(),
            "READ(10): CHECK CONDITION, DID_OK, driver byte 0x08; ILLEGAL REQUEST, asc 0x21, ascq "
            "0x00 after 0.012 s");
}

TEST(Completion, DumpsInvalidSenseData) {
  Completion completion = Read();
  completion.SetSense({0x01, 0x02});
  EXPECT_FALSE(completion.sense);
  EXPECT_EQ(completion.ToString(), "READ(10): GOOD, DID_OK; sense bytes 01 02 after 0.012 s");
  completion.SetSense({});
  EXPECT_EQ(completion.ToString(), "READ(10): GOOD, DID_OK after 0.012 s");
}

TEST(ScsiStatus, PrintsTheStandardsNames) {
  EXPECT_EQ(ToString(ScsiStatus::kCheckCondition), "CHECK CONDITION");
  EXPECT_EQ(ToString(ScsiStatus::kConditionMet), "CONDITION MET");
  EXPECT_EQ(ToString(ScsiStatus::kBusy), "BUSY");
  EXPECT_EQ(ToString(ScsiStatus::kTaskSetFull), "TASK SET FULL");
  EXPECT_EQ(ToString(ScsiStatus::kAcaActive), "ACA ACTIVE");
  EXPECT_EQ(ToString(ScsiStatus::kTaskAborted), "TASK ABORTED");
  EXPECT_EQ(ToString(static_cast<ScsiStatus>(0x22)), "status 0x22");
}

}  // namespace
}  // namespace dualpath::scsi
