/* SPDX-License-Identifier: MIT */
/* Owns libphonenumber. What the library throws becomes a fault here; it never prints. */

#include "intake/e164.h"

#include <cstring>
#include <exception>
#include <new>
#include <phonenumbers/logger.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>
#include <string>

using i18n::phonenumbers::NullLogger;
using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

static const PhoneNumberUtil &library()
{
        static PhoneNumberUtil *instance = nullptr;

        if (!instance) {
                instance = PhoneNumberUtil::GetInstance();
                instance->SetLogger(new NullLogger);
        }
        return *instance;
}

/* An own number whose + got lost in a spreadsheet: it begins with the country code and lacks the 0
 * that numbers of the country are written with. Read as one of them it could be a stranger's. */
static bool has_lost_plus(const std::string &digits, const std::string &country)
{
        std::string prefix;
        std::string code = std::to_string(library().GetCountryCodeForRegion(country));
        PhoneNumber number;

        library().GetNddPrefixForRegion(country, true, &prefix);
        if (prefix != "0" || digits.compare(0, code.size(), code) != 0)
                return false;
        return library().Parse("+" + digits, country, &number) ==
                       PhoneNumberUtil::NO_PARSING_ERROR &&
               library().IsValidNumber(number);
}

static PhoneFault judge(const PhoneNumber &number)
{
        switch (library().IsPossibleNumberWithReason(number)) {
        case PhoneNumberUtil::IS_POSSIBLE: break;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE: return PHONE_NO_COUNTRY;
        case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        case PhoneNumberUtil::TOO_SHORT: return PHONE_TOO_SHORT;
        case PhoneNumberUtil::INVALID_LENGTH: return PHONE_NO_NUMBER;
        case PhoneNumberUtil::TOO_LONG: return PHONE_TOO_LONG;
        }
        /* The 0 ahead was not taken off, as what is left is no number: a digit is missing, or there
         * are zeros alone. */
        bool has_zero = number.italian_leading_zero() && !library().IsValidNumber(number);
        return has_zero ? PHONE_NO_NUMBER : PHONE_GOOD;
}

static PhoneFault normalise(std::string digits, const std::string &country, char *ret_phone)
{
        PhoneNumber number;
        std::string normal;

        if (digits[0] != '+' && digits[0] != '0' && has_lost_plus(digits, country))
                digits.insert(0, "+");
        switch (library().Parse(digits, country, &number)) {
        case PhoneNumberUtil::NO_PARSING_ERROR: break;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR: return PHONE_NO_COUNTRY;
        case PhoneNumberUtil::TOO_LONG_NSN: return PHONE_TOO_LONG;
        case PhoneNumberUtil::NOT_A_NUMBER:
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
        case PhoneNumberUtil::TOO_SHORT_NSN: return PHONE_TOO_SHORT;
        }
        PhoneFault fault = judge(number);
        if (fault != PHONE_GOOD)
                return fault;
        library().Format(number, PhoneNumberUtil::E164, &normal);
        if (normal.size() >= PHONE_SIZE)
                return PHONE_TOO_LONG;
        std::memcpy(ret_phone, normal.c_str(), normal.size() + 1);
        return PHONE_GOOD;
}

PhoneFault relanced_e164(const char *digits, const char *country, char *ret_phone)
{
        try {
                return normalise(digits, country, ret_phone);
        } catch (const std::bad_alloc &) {
                return PHONE_NO_MEMORY;
        } catch (...) {
                return PHONE_NO_NUMBER;
        }
}
