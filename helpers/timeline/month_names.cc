#include "helpers/timeline/month_names.h"

#include <algorithm>
#include <string>
#include <unordered_map>

namespace dualpath::timeline {
namespace {

struct Language {
  const char* locale;  ///< one of those that have these names
  const char* months;
};

// glibc 2.36, localedata/locales: LC_TIME's abmon and ab_alt_mon, which strftime's %b prints and so
// journalctl and dmesg -T; without the point at the end. Neither localedef's source nor the
// compiled locales need be installed where a log is read. If two languages use one name for
// different months, the first one counts.
// clang-format off
constexpr Language kLanguages[] = {
    {"C", "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"},
    {"pl_PL", "sty|lut|mar|kwi|maj|cze|lip|sie|wrz|paź|lis|gru"},
    {"cs_CZ", "led|úno|bře|dub|kvě|čen|čec|srp|zář|říj|lis|pro"},
    {"tr_CY", "oca|Şub|mar|nis|may|haz|tem|ağu|eyl|eki|kas|ara"},
    {"pt_BR", "jan|fev|mar|abr|mai|jun|jul|ago|set|out|nov|dez"},
    {"aa_DJ", "qun|nah|cig|agd|cax|qas|qad|leq|way|dit|xim|kax"},
    {"ab_GE", "Ажь|Жәаб|Хәажә|Мш|Лаҵ|Рашә|Ԥхынгә|Нанҳә|Цәыб|Жьҭ|Абҵ|Ԥхынҷ"},
    {"af_ZA", "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|des"},
    {"agr_PE", "pet|kup|uya|tay|keg|teg|kun|yag|dait|ipam|shin|sak"},
    {"ak_GH", "s-Ɔ|k-Ɔ|e-Ɔ|e-o|e-k|o-a|a-k|d-Ɔ|f-Ɛ|Ɔ-a|Ɔ-o|m-Ɔ"},
    {"am_ET", "ጃንዩ|ፌብሩ|ማርች|ኤፕረ|ሜይ|ጁን|ጁላይ|ኦገስ|ሴፕቴ|ኦክተ|ኖቬም|ዲሴም"},
    {"an_ES", "chi|feb|mar|abr|may|chn|chl|ago|set|oct|nov|avi"},
    {"anp_IN", "जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितंबर|अक्टूबर|नवंबर|दिसंबर"},
    {"ar_AE", "ينا|فبر|مار|أبر|ماي|يون|يول|أغس|سبت|أكت|نوف|ديس"},
    {"ar_DZ", "جانفي|فيفري|مارس|أفريل|ماي|جوان|جويلية|أوت|سبتمبر|أكتوبر|نوفمبر|ديسمبر"},
    {"ar_IQ", "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول"},
    {"ar_MA", "يناير|فبراير|مارس|أبريل|ماي|يونيو|يوليوز|غشت|شتنبر|أكتوبر|نونبر|دجنبر"},
    {"ar_SA", "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر"},
    {"as_IN", "জানু|ফেব্ৰু|মাৰ্চ|এপ্ৰিল|মে|জুন|জুলাই|আগ|সেপ্ট|অক্টো|নভে|ডিসে"},
    {"ast_ES", "xin|feb|mar|abr|may|xun|xnt|ago|set|och|pay|avi"},
    {"ayc_PE", "ini|phi|mar|awr|may|jun|jul|awu|sit|ukt|nuw|ris"},
    {"az_AZ", "yan|fev|mar|apr|may|İyn|İyl|avq|sen|okt|noy|dek"},
    {"az_IR", "ژانویه|فوریه|مارس|آوریل|مئی|ژوئن|جولای|آقۇست|سپتامبر|اوْکتوْبر|نوْوامبر|دسامبر"},
    {"be_BY", "сту|лют|сак|кра|мая|чэр|ліп|жні|вер|кас|ліс|сне"},
    {"be_BY", "сту|лют|сак|кра|май|чэр|ліп|жні|вер|кас|ліс|сне"},
    {"be_BY@latin", "stu|lut|sak|kra|maj|Čer|lip|Žni|vie|kas|lis|Śni"},
    {"bem_ZM", "jan|feb|mac|epr|mei|jun|jul|oga|sep|okt|nov|dis"},
    {"bg_BG", "яну|фев|мар|апр|май|юни|юли|авг|сеп|окт|ное|дек"},
    {"bho_IN", "जनवरी|फरवरी|मार्च|अप्रैल|मई|जून|जुलाई|अगस्त|सितम्बर|अक्टूबर|नवम्बर|दिसम्बर"},
    {"bi_VU", "jan|feb|maj|epr|mei|jun|jul|ogs|sep|okt|nov|dis"},
    {"bn_BD", "জানু|ফেব|মার্চ|এপ্রিল|মে|জুন|জুলাই|আগস্ট|সেপ্টেম্বর|অক্টোবর|নভেম্বর|ডিসেম্বর"},
    {"bo_CN", "ཟླ་༡|ཟླ་༢|ཟླ་༣|ཟླ་༤|ཟླ་༥|ཟླ་༦|ཟླ་༧|ཟླ་༨|ཟླ་༩|ཟླ་༡༠|ཟླ་༡༡|ཟླ་༡༢"},
    {"br_FR", "gen|cʼhw|meu|ebr|mae|mezh|gou|eos|gwe|her|du|ker"},
    {"brx_IN", "जानुवारी|फेब्रुवारी|मार्स|एप्रिल|मे|जुन|जुलाइ|आगस्थ|सेबथेज्ब़र|अखथबर|नबेज्ब़र|दिसेज्ब़र"},
    {"bs_BA", "jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec"},
    {"byn_ER", "ልደት|ካብኽ|ክብላ|ፋጅኺ|ክቢቅ|ም/ት|ኰር|ማርያ|ያኸኒ|መተሉ|ም/ም|ተሕሳ"},
    {"ca_AD", "de gen|de febr|de març|d’abr|de maig|de juny|de jul|d’ag|de set|d’oct|de nov|de des"},
    {"ca_AD", "gen|febr|març|abr|maig|juny|jul|ag|set|oct|nov|des"},
    {"ce_RU", "янв|фев|мар|апр|май|июн|июл|авг|сен|окт|ноя|дек"},
    {"chr_US", "ᎤᏃ|ᎧᎦ|ᎠᏅ|ᎧᏬ|ᎠᏂ|ᏕᎭ|ᎫᏰ|ᎦᎶ|ᏚᎵ|ᏚᏂ|ᏅᏓ|ᎥᏍ"},
    {"ckb_IQ", "کا٢|شوب|ئاز|نیس|ئای|حوز|تەم|ئاب|ئەی|تش١|تش٢|کا١"},
    {"cmn_TW", "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月"},
    {"crh_UA", "yan|fev|mar|apr|may|İyn|İyl|avg|sen|okt|noy|dek"},
    {"csb_PL", "stë|gro|str|łżë|maj|cze|lëp|zél|séw|ruj|lës|gòd"},
    {"csb_PL", "stë|gro|str|łżë|môj|cze|lëp|zél|séw|ruj|lës|gòd"},
    {"cv_RU", "kĂr|nar|puŠ|aka|Şu|ŞĔr|utĂ|Şur|avĂ|jup|cÜk|raŠ"},
    {"cy_GB", "ion|chw|maw|ebr|mai|meh|gor|aws|med|hyd|tach|rha"},
    {"de_AT", "jän|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez"},
    {"de_BE", "jan|feb|mär|apr|mai|jun|jul|aug|sep|okt|nov|dez"},
    {"doi_IN", "जनवरी|फरवरी|मार्च|एप्रैल|मेई|जून|जूलै|अगस्त|सितंबर|अक्तूबर|नवंबर|दिसंबर"},
    {"dsb_DE", "jan|feb|měr|apr|maj|jun|jul|awg|sep|okt|now|dec"},
    {"dv_MV", "ޖެނުއަރީ|ފެބްރުއަރީ|މާރޗް|އެޕްރީލް|މެއި|ޖޫން|ޖުލައި|އޮގަސްޓް|ސެޕްޓެންބަރ|އޮކްޓޫބަރ|ނޮވެންބަރ|ޑިސެންބަރ"},
    {"el_CY", "Ιαν|Φεβ|Μαρ|Απρ|Μαΐ|Ιουν|Ιουλ|Αυγ|Σεπ|Οκτ|Νοε|Δεκ"},
    {"el_CY", "Ιαν|Φεβ|Μάρ|Απρ|Μάι|Ιούν|Ιούλ|Αύγ|Σεπ|Οκτ|Νοέ|Δεκ"},
    {"eo", "jan|feb|mar|apr|maj|jun|jul|aŭg|sep|okt|nov|dec"},
    {"es_AR", "ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic"},
    {"es_PE", "ene|feb|mar|abr|may|jun|jul|ago|set|oct|nov|dic"},
    {"et_EE", "jaan|veebr|märts|apr|mai|juuni|juuli|aug|sept|okt|nov|dets"},
    {"eu_ES", "urt|ots|mar|api|mai|eka|uzt|abu|ira|urr|aza|abe"},
    {"fa_IR", "ژانویه|فوریه|مارس|آوریل|مه|ژوئن|ژوئیه|اوت|سپتامبر|اكتبر|نوامبر|دسامبر"},
    {"ff_SN", "sii|col|mbo|see|duu|kor|mor|juk|slt|yar|jol|bow"},
    {"fi_FI", "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu"},
    {"fil_PH", "ene|peb|mar|abr|may|hun|hul|ago|set|okt|nob|dis"},
    {"fo_FO", "jan|feb|mar|apr|mai|jun|jul|aug|sep|okt|nov|des"},
    {"fr_BE", "jan|fév|mar|avr|mai|jun|jui|aoû|sep|oct|nov|déc"},
    {"fr_FR", "janv|févr|mars|avril|mai|juin|juil|août|sept|oct|nov|déc"},
    {"fur_IT", "zen|fev|mar|avr|mai|jug|lui|avo|set|otu|nov|dic"},
    {"fy_DE", "jan|feb|moz|apr|mai|jun|jul|aug|sep|okt|now|dez"},
    {"fy_NL", "jan|feb|mrt|apr|mai|jun|jul|aug|sep|okt|nov|des"},
    {"ga_IE", "ean|feabh|márta|aib|beal|meith|iúil|lún|mfómh|dfómh|samh|noll"},
    {"gd_GB", "faoi|gearr|màrt|gibl|cèit|Ògmh|iuch|lùna|sult|dàmh|samh|dùbh"},
    {"gez_ER", "ጠሐረ|ከተተ|መገበ|አኀዘ|ግንባ|ሠንየ|ሐመለ|ነሐሰ|ከረመ|ጠቀመ|ኀደረ|ኀሠሠ"},
    {"gl_ES", "xan|feb|mar|abr|mai|xuñ|xul|ago|set|out|nov|dec"},
    {"gu_IN", "જાન્યુ|ફેબ્રુ|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ|સપ્ટે|ઑક્ટો|નવે|ડિસે"},
    {"gv_GB", "j-guer|t-arree|mayrnt|avrril|boaldyn|m-souree|j-souree|luanistyn|m-fouyir|j-fouyir|m.houney|m.nollick"},
    {"ha_NG", "jan|fab|mar|afi|may|yun|yul|agu|sat|okt|nuw|dis"},
    {"he_IL", "ינו|פבר|מרץ|אפר|מאי|יונ|יול|אוג|ספט|אוק|נוב|דצמ"},
    {"hi_IN", "जन॰|फ़र॰|मार्च|अप्रैल|मई|जून|जुल॰|अग॰|सित॰|अक्तू॰|नव॰|दिस॰"},
    {"hne_IN", "जन|फर|मार्च|अप|मई|जून|जुला|अग|सित|अकटू|नव|दिस"},
    {"hr_HR", "sij|velj|ožu|tra|svi|lip|srp|kol|ruj|lis|stu|pro"},
    {"hsb_DE", "jan|feb|měr|apr|mej|jun|jul|awg|sep|okt|now|dec"},
    {"ht_HT", "jan|fev|mas|avr|me|jen|jiy|out|sep|okt|nov|des"},
    {"hu_HU", "jan|febr|márc|ápr|máj|jún|júl|aug|szept|okt|nov|dec"},
    {"hy_AM", "Հնվ|Փտր|Մար|Ապր|Մայ|Հնս|Հլս|Օգս|Սեպ|Հոկ|Նմբ|Դեկ"},
    {"ia_FR", "jan|feb|mar|apr|mai|jun|jul|aug|sep|oct|nov|dec"},
    {"id_ID", "jan|feb|mar|apr|mei|jun|jul|agu|sep|okt|nov|des"},
    {"ig_NG", "jen|feb|maa|epr|mee|juu|jul|Ọgọ|sep|Ọkt|nov|dis"},
    {"ik_CA", "sñt|sñs|pan|qil|sup|iġñ|itc|tiñ|ami|sik|nip|siq"},
    {"is_IS", "jan|feb|mar|apr|maí|jún|júl|ágú|sep|okt|nóv|des"},
    {"it_CH", "gen|feb|mar|apr|mag|giu|lug|ago|set|ott|nov|dic"},
    {"iu_CA", "ᔮᓄ|ᕕᕗ|ᒪᔅ|ᐃᐳ|ᒪᐃ|ᔪᓂ|ᔪᓚ|ᐊᒋ|ᓯᑎ|ᐊᑦ|ᓄᕕ|ᑎᓯ"},
    {"ka_GE", "იან|თებ|მარ|აპრ|მაი|ივნ|ივლ|აგვ|სექ|ოქტ|ნოე|დეკ"},
    {"kab_DZ", "yen|fur|meɣ|yeb|may|yun|yul|ɣuc|cte|tub|wam|duj"},
    {"kk_KZ", "Қаң|Ақп|Нау|Сәу|Мам|Мау|Шіл|Там|Қыр|Қаз|Қар|Жел"},
    {"kn_IN", "ಜನ|ಫೆಬ್ರ|ಮಾರ್ಚ್|ಏಪ್ರಿ|ಮೇ|ಜೂನ್|ಜುಲೈ|ಆ|ಸೆಪ್ಟೆಂ|ಅಕ್ಟೋ|ನವೆಂ|ಡಿಸೆಂ"},
    {"ko_KR", "1월|2월|3월|4월|5월|6월|7월|8월|9월|10월|11월|12월"},
    {"kok_IN", "जानेवारी|फेब्रुवारी|मार्च|एप्रिल|मे|जून|जुलै|ओगस्ट|सेप्टेंबर|ओक्टोबर|नोव्हेंबर|डिसेंबर"},
    {"ks_IN", "جنؤری|فرؤری|مارٕچ|اپریل|میٔ|جوٗن|جوٗلایی|اگست|ستمبر|اکتوٗبر|نومبر|دسمبر"},
    {"ks_IN@devanagari", "जनवरी|फ़रवरी|मार्च|अप्रेल|मई|जून|जुलाई|अगस्त|सितम्बर|अक्टूबर|नवम्बर|दिसम्बर"},
    {"ku_TR", "Çil|sib|ada|nîs|gul|hez|tîr|teb|Îlo|cot|mij|kan"},
    {"kw_GB", "gen|hwe|meu|ebr|me|met|gor|est|gwn|hed|du|kev"},
    {"lb_LU", "jan|feb|mäe|abr|mee|jun|jul|aug|sep|okt|nov|dez"},
    {"lg_UG", "jan|feb|mar|apu|maa|juu|jul|agu|seb|oki|nov|des"},
    {"li_BE", "jan|fib|mie|epr|mei|jun|jul|aug|sep|okt|nov|des"},
    {"lij_IT", "zen|fev|mar|arv|maz|zûg|lûg|ago|set|ött|nov|dix"},
    {"ln_CD", "yan|fbl|msi|apl|mai|yun|yul|agt|stb|ɔtb|nvb|dsb"},
    {"lo_LA", "ມ.ກ|ກ.ພ|ມ.ນ|ມ.ສ|ພ.ພ|ມິ.ຖ|ກ.ລ|ສ.ຫ|ກ.ຍ|ຕ.ລ|ພ.ຈ|ທ.ວ"},
    {"lt_LT", "saus|vas|kov|bal|geg|birž|liep|rugp|rugs|spal|lapkr|gruod"},
    {"lv_LV", "jan|feb|mar|apr|mai|jūn|jūl|aug|sep|okt|nov|dec"},
    {"lzh_TW", "一|二|三|四|五|六|七|八|九|十|十一|十二"},
    {"mai_IN", "बैसाख|जेठ|अषाढ़|सावोन|भादो|आसिन|कातिक|अगहन|पूस|माघ|फागुन|चैति"},
    {"mfe_MU", "zan|fev|mar|avr|me|zin|zil|out|sep|okt|nov|des"},
    {"mg_MG", "jan|feb|mar|apr|mey|jon|jol|aog|sep|okt|nov|des"},
    {"mhr_RU", "Шрк|Пгж|Ӱрн|Вшр|Ага|Пдш|Срм|Срл|Идм|Шыж|Клм|Тел"},
    {"mi_NZ", "kohi|hui|pou|pae|hara|pipi|hōngoi|here|mahu|whi-nu|whi-ra|haki"},
    {"miq_NI", "siakwa kati|kuswa kati|kakamuk kati|lî wainhka kati|lih mairin kati|lî kati|pastara kati|sikla kati|wîs kati|waupasa kati|yahbra kati|trisu kati"},
    {"mjw_IN", "ark|thang|the|jang|aru|vos|jak|pai|chi|phe|phai|mati"},
    {"mk_MK", "јан|фев|мар|апр|мај|јун|јул|авг|сеп|окт|ное|дек"},
    {"ml_IN", "ജനു|ഫെബ്രു|മാർ|ഏപ്രി|മേയ്|ജൂൺ|ജൂലൈ|ഓഗ|സെപ്റ്റം|ഒക്ടോ|നവം|ഡിസം"},
    {"mn_MN", "1-р сар|2-р сар|3-р сар|4-р сар|5-р сар|6-р сар|7-р сар|8-р сар|9-р сар|10-р сар|11-р сар|12-р сар"},
    {"mni_IN", "জান|ফেব|মার|এপ্রি|মে|জুন|জুল|আগ|সেপ|ওক্ত|নবে|ডিস"},
    {"mnw_MM", "ဂျာန်|ဝှေဝ်|မာတ်|အေ|မေ|ဂျုန်|ဂျူ|အဝ်|သိပ်|အံက်|နဝ်|ဒဳ"},
    {"mr_IN", "जाने|फेब्रु|मार्च|एप्रि|मे|जून|जुलै|ऑग|सप्टें|ऑक्टो|नोव्हें|डिसें"},
    {"ms_MY", "jan|feb|mac|apr|mei|jun|jul|ogos|sep|okt|nov|dis"},
    {"mt_MT", "jan|fra|mar|apr|mej|Ġun|lul|aww|set|ott|nov|diċ"},
    {"my_MM", "ဇန်|ဖေ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူ|ဩ|စက်|အောက်|နို|ဒီ"},
    {"nan_TW@latin", "1g|2g|3g|4g|5g|6g|7g|8g|9g|10g|11g|12g"},
    {"nb_NO", "jan|feb|mars|april|mai|juni|juli|aug|sep|okt|nov|des"},
    {"ne_NP", "जन|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर"},
    {"niu_NU", "ian|fep|mas|ape|me|iun|iul|aok|sep|oke|nov|tes"},
    {"nl_AW", "jan|feb|mrt|apr|mei|jun|jul|aug|sep|okt|nov|dec"},
    {"nr_ZA", "jan|feb|mat|apr|mey|jun|jul|arh|sep|okt|usi|dis"},
    {"nso_ZA", "jan|feb|mat|apr|mei|jun|jul|ago|set|okt|nof|dis"},
    {"oc_FR", "gen|febr|març|abr|mai|junh|jul|ago|set|oct|nov|dec"},
    {"om_ET", "ama|gur|bit|elb|cam|wax|ado|hag|ful|onk|sad|mud"},
    {"or_IN", "ଜାନୁଆରୀ|ଫେବୃଆରୀ|ମାର୍ଚ୍ଚ|ଅପ୍ରେଲ|ମଇ|ଜୁନ|ଜୁଲାଇ|ଅଗଷ୍ଟ|ସେପ୍ଟେମ୍ବର|ଅକ୍ଟୋବର|ନଭେମ୍ବର|ଡିସେମ୍ବର"},
    {"os_RU", "Янв|Фев|Мар|Апр|Май|Июн|Июл|Авг|Сен|Окт|Ноя|Дек"},
    {"pa_IN", "ਜਨ|ਫ਼ਰ|ਮਾਰਚ|ਅਪ੍ਰੈ|ਮਈ|ਜੂਨ|ਜੁਲਾ|ਅਗ|ਸਤੰ|ਅਕਤੂ|ਨਵੰ|ਦਸੰ"},
    {"pa_PK", "جنوري|فروري|مارچ|اپريل|مٓی|جون|جولاي|اگست|ستمبر|اكتوبر|نومبر|دسمبر"},
    {"pap_AW", "yan|feb|mar|apr|mei|yün|yül|oug|sèp|okt|nov|des"},
    {"ps_AF", "جنوري|فبروري|مارچ|اپریل|مۍ|جون|جولای|اګست|سپتمبر|اکتوبر|نومبر|دسمبر"},
    {"quz_PE", "ini|phi|mar|awr|may|hun|hul|agu|sip|ukt|nuw|tis"},
    {"raj_IN", "जन|फर|मार्च|अप्रै|मई|जून|जुल|अग|सित|अक्टू|नव|दिस"},
    {"rif_MA", "yen|feb|mar|yeb|may|yun|yul|Ɣuc|cut|kṭu|nuv|duj"},
    {"ro_RO", "ian|feb|mar|apr|mai|iun|iul|aug|sep|oct|nov|dec"},
    {"ru_RU", "янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек"},
    {"rw_RW", "mut|gas|wer|mat|gic|kam|nya|kan|nze|ukw|ugu|uku"},
    {"sah_RU", "тохс|олун|кул|муус|ыам|бэс|от|атыр|бал|алт|сэт|ахс"},
    {"sat_IN", "जनवरी|फरवरी|मार्च|अप्रेल|मई|जुन|जुलाई|अगस्त|सितम्बर|अखथबर|नवम्बर|दिसम्बर"},
    {"sc_IT", "ghe|fre|mar|abr|maj|làm|arg|aus|cab|lad|onn|nad"},
    {"sd_IN", "جنوري|فبروري|مارچ|اپريل|مي|جون|جولاءِ|آگسٽ|سيپٽيمبر|آڪٽوبر|نومبر|ڊسمبر"},
    {"sd_IN@devanagari", "जनवरी|फबरवरी|मार्चि|अप्रेल|मे|जूनि|जूलाइ|आगस्टु|सेप्टेंबरू|आक्टूबरू|नवंबरू|ॾिसंबरू"},
    {"se_NO", "ođđj|guov|njuk|cuoŋ|mies|geas|suoi|borg|čakč|golg|skáb|juov"},
    {"sgs_LT", "sau|vas|kuo|bal|geg|bėr|lëp|rgp|sie|spa|lap|grd"},
    {"shn_MM", "လိူၼ်ၵမ်|လိူၼ်သၢမ်|လိူၼ်သီႇ|လိူၼ်ႁႃႈ|လိူၼ်ႁူၵ်း|လိူၼ်ၸဵတ်း|လိူၼ်ပႅတ်ႇ|လိူၼ်ၵဝ်ႈ|လိူၼ်သိပ်း|လိူၼ်သိပ်းဢဵတ်း|လိူၼ်သိပ်းသွင်|လိူၼ်ၸဵင်"},
    {"shs_CA", "kwe|tsi|sqe|Éwt|ell|tsp|tqw|ct̓é|qel|wél|u7l|tet"},
    {"si_LK", "ජන|පෙබ|මාර්|අප්‍රි|මැයි|ජූනි|ජූලි|අගෝ|සැප්|ඔක්|නෙවැ|දෙසැ"},
    {"sk_SK", "jan|feb|mar|apr|máj|jún|júl|aug|sep|okt|nov|dec"},
    {"sl_SI", "jan|feb|mar|apr|maj|jun|jul|avg|sep|okt|nov|dec"},
    {"sm_WS", "ian|fep|mat|ape|me|iun|iul|aug|set|oke|nov|tes"},
    {"so_DJ", "kob|lab|sad|afr|sha|lix|tod|sid|sag|tob|kit|lit"},
    {"sq_AL", "jan|shk|mar|pri|maj|qer|kor|gsh|sht|tet|nën|dhj"},
    {"sr_ME", "јан|феб|мар|апр|мај|јун|јул|авг|сеп|окт|нов|дец"},
    {"ss_ZA", "bhi|van|vul|mab|khk|nhl|kho|ngc|nyo|imp|lwe|ngo"},
    {"st_ZA", "phe|hla|tlh|mme|mot|jan|upu|pha|leo|mph|pud|tsh"},
    {"sw_KE", "jan|feb|mac|apr|mei|jun|jul|ago|sep|okt|nov|des"},
    {"syr", "܏ܟܢ ܏ܒ|ܫܒܛ|ܐܕܪ|ܢܝܣܢ|ܐܝܪ|ܚܙܝܪܢ|ܬܡܘܙ|ܐܒ|ܐܝܠܘܠ|܏ܬܫ ܏ܐ|܏ܬܫ ܏ܒ|܏ܟܢ ܏ܐ"},
    {"szl_PL", "sty|lut|mar|kwi|moj|czy|lip|sie|wrz|paź|lis|gru"},
    {"ta_IN", "ஜன|பிப்|மார்|ஏப்|மே|ஜூன்|ஜூலை|ஆக|செப்|அக்|நவ|டிச"},
    {"tcy_IN", "ಜ|ಫೆ|ಮಾ|ಏ|ಮೇ|ಜೂ|ಜು|ಆ|ಸೆ|ಅ|ನ|ಡಿ"},
    {"te_IN", "జన|ఫిబ్ర|మార్చి|ఏప్రి|మే|జూన్|జులై|ఆగ|సెప్టెం|అక్టో|నవం|డిసెం"},
    {"th_TH", "ม.ค|ก.พ|มี.ค|เม.ย|พ.ค|มิ.ย|ก.ค|ส.ค|ก.ย|ต.ค|พ.ย|ธ.ค"},
    {"ti_ER", "ጥሪ|ለካቲ|መጋቢ|ሚያዝ|ግንቦ|ሰነ|ሓምለ|ነሓሰ|መስከ|ጥቅም|ሕዳር|ታሕሳ"},
    {"tk_TM", "Ýan|few|mar|apr|maý|iýn|iýl|awg|sen|okt|noý|dek"},
    {"tl_PH", "ene|peb|mar|abr|may|hun|hul|ago|sep|okt|nob|dis"},
    {"tn_ZA", "fer|tlh|mop|mor|mot|see|phu|pha|lwe|dip|ngw|sed"},
    {"to_TO", "sān|fēp|maʻa|ʻepe|mē|sun|siu|ʻaok|sep|ʻoka|nōv|tīs"},
    {"tpi_PG", "jan|feb|mas|epr|me|jun|jul|oga|sep|okt|nov|des"},
    {"ts_ZA", "sun|yan|kul|dzi|mud|kho|maw|mha|ndz|nhl|huk|n'w"},
    {"tt_RU", "гыйн|фев|мар|апр|май|июнь|июль|авг|сент|окт|нояб|дек"},
    {"tt_RU@iqtelif", "Ğın|fiw|mar|apr|may|yün|yül|awg|sin|Ükt|noy|dik"},
    {"ug_CN", "يانۋار|فېۋرال|مارت|ئاپرېل|ماي|ئىيۇن|ئىيۇل|ئاۋغۇست|سېنتەبىر|ئۆكتەبىر|نويابىر|دېكابىر"},
    {"uk_UA", "січ|лют|бер|кві|тра|чер|лип|сер|вер|жов|лис|гру"},
    {"unm_US", "eni|chk|xam|kwe|tai|nip|lai|win|tah|puk|kun|mux"},
    {"ur_IN", "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر"},
    {"uz_UZ", "yan|fev|mar|apr|may|iyn|iyl|avg|sen|okt|noy|dek"},
    {"ve_ZA", "pha|luh|fam|lam|shu|lwi|lwa|ngu|khu|tsh|Ḽar|nye"},
    {"vi_VN", "thg 1|thg 2|thg 3|thg 4|thg 5|thg 6|thg 7|thg 8|thg 9|thg 10|thg 11|thg 12"},
    {"wa_BE", "dja|fev|mås|avr|may|djn|djl|awo|set|oct|nôv|dec"},
    {"wae_CH", "jen|hor|mär|abr|mei|brá|hei|Öig|her|wím|win|chr"},
    {"wo_SN", "san|fee|mar|awr|me|suw|sul|uut|sep|okt|now|des"},
    {"xh_ZA", "mqu|mdu|kwi|tsh|can|sil|kha|thu|msi|dwa|nka|mng"},
    {"yi_US", "יאַנ|פֿעב|מאַר|אַפּר|מײַ|יונ|יול|אױג|סעפּ|אָקט|נאָװ|דעצ"},
    {"yo_NG", "Ṣẹ́rẹ́|Èrèlè|Ẹrẹ̀nà|Ìgbé|Ẹ̀bibi|Òkúdu|agẹmọ|Ògún|owewe|Ọ̀wàrà|bélú|Ọ̀pẹ̀"},
    {"yuw_PG", "jen|feb|mas|epr|mei|jun|jul|ögu|sep|ökt|nöw|dis"},
    {"zh_SG", "一月|二月|三月|四月|五月|六月|七月|八月|九月|十月|十一月|十二月"},
    {"zu_ZA", "jan|feb|mas|eph|mey|jun|jul|aga|sep|okt|nov|dis"},
};
// clang-format on

constexpr int kMonthsOfYear = 12;

/// Returns the name as it is in the table: its ASCII letters small, without the point.
std::string Normal(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  std::string normal(name);
  for (char& c : normal) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return normal;
}

std::unordered_map<std::string, MonthName> ReadTable() {
  std::unordered_map<std::string, MonthName> names;
  for (const Language& language : kLanguages) {
    std::string_view months = language.months;
    for (int month = 1; month <= kMonthsOfYear; ++month) {
      const std::size_t end = std::min(months.find('|'), months.size());
      const auto known =
          names.emplace(Normal(months.substr(0, end)), MonthName{month, language.locale, false})
              .first;
      // English names are what almost every log has.
      const bool is_english = std::string_view(known->second.locale) == "C";
      if (known->second.month != month && !is_english) known->second.is_ambiguous = true;
      months.remove_prefix(std::min(end + 1, months.size()));
    }
  }
  return names;
}

}  // namespace

std::optional<MonthName> FindMonth(std::string_view name) {
  static const std::unordered_map<std::string, MonthName> names = ReadTable();
  constexpr std::size_t kLongest = 48;
  if (name.empty() || name.size() > kLongest) return std::nullopt;
  const auto known = names.find(Normal(name));
  if (known == names.end()) return std::nullopt;
  return known->second;
}

}  // namespace dualpath::timeline
